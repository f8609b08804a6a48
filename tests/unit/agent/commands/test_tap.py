from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from edge_orch_agent.commands.tap import tap

from edge_orch.errors import Unavailable
from edge_orch.wire.api import TapView

VIEWS = [
    TapView((msgspec.Raw(b'{"n":1}'), msgspec.Raw(b'{"n":2}'))),
    TapView(),
    TapView((msgspec.Raw(b'{"n":9}'),), dropped=6),
]


@pytest.fixture
def views(monkeypatch: pytest.MonkeyPatch) -> list[TapView]:
    """What the agent shows."""
    shown = list(VIEWS)

    def stream(_client: Any, _shape: Any, *path: str) -> Iterator[TapView]:
        assert path == ("taps", "press", "parsed")
        return iter(shown)

    monkeypatch.setattr("edge_orch.cli.client.Client.stream", stream)
    return shown


@pytest.mark.usefixtures("views")
def test_records_are_printed_as_they_come_and_what_was_left_out_is_counted(tmp_path: Path) -> None:
    done = CliRunner().invoke(tap, ["press", "parsed", "-n", "3", "--local", str(tmp_path)])
    assert (done.exit_code, done.stdout) == (0, '{"n":1}\n{"n":2}\n{"n":9}\n')
    assert done.stderr == "6 records left out: they came faster than they were read\n"


@pytest.mark.usefixtures("views")
def test_it_ends_after_so_many_records(tmp_path: Path) -> None:
    assert CliRunner().invoke(tap, ["press", "parsed", "-n", "1", "--local", str(tmp_path)]).stdout == '{"n":1}\n'
    assert len(CliRunner().invoke(tap, ["press", "parsed", "-n", "3", "--local", str(tmp_path)]).stdout) == 24


def test_it_says_why_a_tap_ends(views: list[TapView], tmp_path: Path) -> None:
    views.append(TapView(ended="the job ended"))
    done = CliRunner().invoke(tap, ["press", "parsed", "--local", str(tmp_path)])
    assert isinstance(done.exception, Unavailable)
    assert "the tap has ended: the job ended" in str(done.exception)


@pytest.mark.usefixtures("views")
def test_an_agent_that_goes_away_is_no_end_that_was_asked_for(tmp_path: Path) -> None:
    done = CliRunner().invoke(tap, ["press", "parsed", "-n", "9", "--local", str(tmp_path)])
    assert isinstance(done.exception, Unavailable)
    assert "the tap has ended: the agent has gone" in str(done.exception)
