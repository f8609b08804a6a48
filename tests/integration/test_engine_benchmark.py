"""What the benchmark's jobs bring forth, in a process of their own, is what an independent reference says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.engine.__main__ import INPUTS
from benchmarks.engine.comparison import differences
from benchmarks.engine.contenders import by_hand, ours
from benchmarks.engine.contenders.contender import Contender
from benchmarks.engine.data import Inputs, write_inputs
from benchmarks.engine.measurement import Failed, measure
from benchmarks.engine.reference import REFERENCES

pytestmark = pytest.mark.integration

CORE = min(os.sched_getaffinity(0))
ROWS = 20_000  # two windows of ten seconds


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    return write_inputs(tmp_path_factory.mktemp("inputs"), ROWS)


@pytest.mark.parametrize("contender", [ours.CONTENDER, by_hand.CONTENDER], ids=lambda contender: contender.name)
@pytest.mark.parametrize("job", INPUTS)
def test_outputs_are_those_of_the_reference(job: str, contender: Contender, inputs: Inputs, tmp_path: Path) -> None:
    source: Path = getattr(inputs, INPUTS[job])
    command = contender.prepare(job, source, tmp_path)
    if command is None:
        assert (job, contender.name) == ("j4", "by hand")
        return

    cost = measure(command, core=CORE, source=source, log=tmp_path / "log")

    assert differences(REFERENCES[job](source), tmp_path) == []
    assert cost.cpu_s > 0
    assert cost.peak_mb > 5


def test_a_command_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    source = tmp_path / "empty"
    source.touch()

    with pytest.raises(Failed, match="exit code 3: it hurts"):
        measure(["sh", "-c", "echo it hurts; exit 3"], core=CORE, source=source, log=tmp_path / "log")
