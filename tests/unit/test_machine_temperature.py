"""How well the job `machine_temperature` finds the known failures of a real machine.

The series are those of the Numenta Anomaly Benchmark; so are the failure windows. The whole series are read where they
lie beside the project; the excerpt that belongs to the project is always read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_orch.cli.inputs import chunks, open_input
from edge_orch.compile import compile_job
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Device, EpisodeEvent, EpisodeEventKind
from edge_orch.jobtest.lines import batches
from edge_orch.jobtest.tally import Tally
from edge_orch.time import Instant, format_timestamp, parse_timestamp

ROOT = Path(__file__).parents[2]
SERIES = ROOT.parent / "shared" / "data"
MACHINE = SERIES / "machine_temperature_system_failure.csv"
AMBIENT = SERIES / "ambient_temperature_system_failure.csv"
SAMPLE = ROOT / "examples" / "data" / "machine_temperature_sample.csv"

FAILURES = [
    ("2013-12-10T06:25:00Z", "2013-12-12T05:35:00Z"),
    ("2013-12-15T17:50:00Z", "2013-12-17T17:00:00Z"),
    ("2014-01-27T14:20:00Z", "2014-01-29T13:30:00Z"),
    ("2014-02-07T14:55:00Z", "2014-02-09T14:05:00Z"),
]
JOB = ROOT / "jobs" / "machine_temperature.yaml"
PLAN = compile_job(JOB.read_text("utf-8"), str(JOB))


def run(path: Path) -> tuple[Tally, list[EpisodeEvent]]:
    """The job over a whole file."""
    pipeline = Pipeline(PLAN, device=Device("test"))
    now = Instant(parse_timestamp("2026-01-01T00:00:00Z"), 0, "test")  # after the last of them: none lies ahead
    tally, events = Tally(), []
    with open_input(str(path)) as file:
        for batch in batches(chunks(file), path.name, lambda: now):
            emission = pipeline.process(batch)
            tally.add(emission, frozenset({"schematize"}))
            events += emission.episodes
    emission = pipeline.finish()
    tally.add(emission, frozenset({"schematize"}))
    return tally, events + emission.episodes


def openings(events: list[EpisodeEvent]) -> Iterator[str]:
    return (format_timestamp(event.at_us) for event in events if event.kind is EpisodeEventKind.OPENED)


@pytest.mark.parametrize("path", [SAMPLE, *([MACHINE] if MACHINE.exists() else [])], ids=lambda path: path.stem)
def test_episodes_open_in_the_known_failures_and_nowhere_else(path: Path) -> None:
    tally, events = run(path)
    at = list(openings(events))
    inside = [when for when in at if any(begin <= when <= end for begin, end in FAILURES)]
    outside = [when for when in at if when not in inside]
    found = [pair for pair in FAILURES if any(pair[0] <= when <= pair[1] for when in inside)]
    print(f"{path.name}: {tally.records_in} rows, {len(found)} of {len(FAILURES)} failures found, "
          f"{len(outside)} episodes elsewhere; opened at {at}")  # fmt: skip
    assert tally.dead_letters == 0
    if path == SAMPLE:
        assert (len(found), len(outside)) == (1, 0)
    else:
        assert tally.outputs["rows"] == 22_695
        assert (len(found), len(outside)) == (4, 0)


@pytest.mark.parametrize("path", [AMBIENT] if AMBIENT.exists() else [SAMPLE], ids=lambda path: path.stem)
def test_the_same_job_runs_over_a_series_of_another_scale(path: Path) -> None:
    tally, events = run(path)
    print(f"{path.name}: {tally.records_in} rows, opened at {list(openings(events))}")
    assert tally.dead_letters == 0
    assert tally.outputs["rows"] == sum(1 for _ in path.open()) - 1
