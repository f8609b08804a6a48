from __future__ import annotations

import json

import click
import pytest

from edge_orch.cli.run_report import Report
from edge_orch.engine.records import EpisodeEvent, EpisodeEventKind
from edge_orch.jobtest.tally import Tally

EVENT = EpisodeEvent("0a", EpisodeEventKind.OPENED, "hot", ("k", "l"), 5_000_000, "error", "too hot", ())


def test_people_get_lines_and_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(as_json=False, over_bar=False)
    report.alerts([EVENT])
    report.summary(Tally(7, {"raw": 5, "stats": 0}, dead_letters=2, opened=1))
    lines = click.unstyle(capsys.readouterr().err).splitlines()
    assert lines[0] == "1970-01-01T00:00:05Z  opened    hot [k, l]  error: too hot"
    assert [line.split() for line in lines[2:5]] == [
        ["records", "in", "7"],
        ["output", "raw", "5"],
        ["output", "stats", "0"],
    ]


def test_programs_get_lines_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(as_json=True, over_bar=False)
    report.alerts([EVENT])
    report.summary(Tally(7, {"raw": 5}))
    alert, summary = map(json.loads, capsys.readouterr().err.splitlines())
    assert alert["alert"] == {
        "event": "opened", "rule": "hot", "key": ["k", "l"], "at": "1970-01-01T00:00:05Z", "severity": "error",
        "summary": "too hot", "episode": "0a",
    }  # fmt: skip
    assert (summary["summary"]["records_in"], summary["summary"]["outputs"]) == (7, {"raw": 5})
