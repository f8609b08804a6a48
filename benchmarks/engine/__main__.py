"""`python -m benchmarks.engine [--rows N] [--rounds N] [--jobs j1,j3]`: a table, and as the last line one of JSON.

Every contender is a process of its own on one core: bytes from a file, through the job, bytes to a file in memory.
First what it writes is compared with an independent reference; what differs is said, and not timed. Then rounds, in
which all take turns. What it costs a contender to start, and to do nothing (the same command over an empty file), is
taken off. The ratio to the loop written by hand is the median of the rounds' ratios of processor time.

J1 NDJSON → filter. J2 text → regular expression → filter → enrich. J3 windows of 10 s, and hot readings. J4 twenty
steps. J5 is J1 with 0.5 % damaged lines. J6 is J1 with a batch for each record.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.engine.comparison import differences
from benchmarks.engine.contenders import (
    bento,
    by_hand,
    bytewax,
    ekuiper,
    fluent_bit,
    ours,
    syslog_ng,
    vector,
)
from benchmarks.engine.contenders.contender import Contender
from benchmarks.engine.data import Inputs, write_inputs
from benchmarks.engine.measurement import Cost, Failed, measure
from benchmarks.engine.reference import REFERENCES

CONTENDERS = tuple(each.CONTENDER for each in (ours, by_hand, bytewax, syslog_ng, fluent_bit, vector, bento, ekuiper))
OURS, HAND = CONTENDERS[0].name, CONTENDERS[1].name
INPUTS = {"j1": "ndjson", "j2": "text", "j3": "ndjson", "j4": "plant", "j5": "dirty", "j6": "ndjson"}
GOALS = {"ratio": 0.85, "times_peer": 3.0, "peak_mb": 30.0}


class Race(msgspec.Struct):
    """What one job cost each contender, in each round."""

    rows: int
    costs: dict[str, list[Cost]]

    def line(self, name: str) -> dict[str, float]:
        """The figures of one contender."""
        costs = self.costs[name]
        cpu = statistics.median(cost.cpu_s for cost in costs)
        figures = {
            "rows_per_s": round(self.rows / statistics.median(cost.wall_s for cost in costs)),
            "cpu_s": round(cpu, 3),
            "peak_mb": round(max(cost.peak_mb for cost in costs), 1),
        }
        if HAND in self.costs:
            pairs = zip(self.costs[HAND], costs, strict=True)
            figures["ratio"] = round(statistics.median(hand.cpu_s / cost.cpu_s for hand, cost in pairs), 3)
        return figures


def main() -> int:
    """Run, print; the exit code is 1 when an output of ours differs from the reference."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", default=",".join(INPUTS), help="of: %(default)s")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    arguments = parser.parse_args()
    here = [contender for contender in CONTENDERS if contender.present()]
    absent = [contender.name for contender in CONTENDERS if contender not in here]
    print(f"{arguments.rows} rows, {arguments.rounds} rounds, core {arguments.core}", file=sys.stderr)
    if absent:
        print(f"not installed, and so not measured: {', '.join(absent)}", file=sys.stderr)
    results: dict[str, Any] = {"rows": arguments.rows, "rounds": arguments.rounds, "load": os.getloadavg()[0]}
    wrong = False
    with tempfile.TemporaryDirectory(prefix="bench-engine-", dir=_memory()) as folder:
        inputs = write_inputs(Path(folder), arguments.rows)
        print(f"{'':<4}{'contender':<12}{'krow/s':>8}{'CPU s':>8}{'peak MB':>9}{'to hand':>9}{'ours is':>9}")
        for job in arguments.jobs.split(","):
            bench = Bench(job, inputs, Path(folder), arguments.core)
            racing = [contender for contender in here if bench.is_right(contender)]
            wrong |= OURS not in [contender.name for contender in racing]
            results[job] = _table(job, bench.race(racing, arguments.rounds))
    print(json.dumps({**results, "goals": GOALS}))
    return int(wrong)


class Bench:
    """One job, its input and what must come out."""

    def __init__(self, job: str, inputs: Inputs, folder: Path, core: int) -> None:
        self._job = job
        self._source: Path = getattr(inputs, INPUTS[job])
        self._empty = folder / "empty"
        self._empty.touch()
        self._folder = folder
        self._core = core
        self._rows = self._source.read_bytes().count(b"\n")
        self._expected = REFERENCES[job](self._source)

    def is_right(self, contender: Contender) -> bool:
        """Whether it does this job, and does it right; what is wrong is printed."""
        try:
            if self._run(contender, self._source) is None:
                return False
        except Failed as error:
            print(f"{self._job.upper():<4}{contender.name:<12}failed: {error}")
            return False
        found = differences(self._expected, self._folder / contender.name)
        for difference in found[:1]:
            print(f"{self._job.upper():<4}{contender.name:<12}differs, and is not timed: {difference}")
        return not found

    def race(self, contenders: list[Contender], rounds: int) -> Race:
        """All take turns; who begins changes with each round."""
        costs: dict[str, list[Cost]] = {contender.name: [] for contender in contenders}
        self._expected = {}
        for number in range(rounds):
            for contender in contenders if number % 2 == 0 else contenders[::-1]:
                whole, start = self._run(contender, self._source), self._run(contender, self._empty)
                assert whole is not None
                assert start is not None
                costs[contender.name].append(whole.without(start))
        return Race(self._rows, costs)

    def _run(self, contender: Contender, source: Path) -> Cost | None:
        folder = self._folder / contender.name
        folder.mkdir(exist_ok=True)
        for left in folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        command = contender.prepare(self._job, source, folder)
        if command is None:
            return None
        return measure(command, core=self._core, source=source, log=folder / "log")


def _table(job: str, race: Race) -> dict[str, dict[str, float]]:
    lines = {name: race.line(name) for name in race.costs}
    for name, line in lines.items():
        if OURS in lines:
            line["ours_is_times"] = round(line["cpu_s"] / lines[OURS]["cpu_s"], 2)
        to_hand = f"{line['ratio']:.2f}" if "ratio" in line else "–"
        ours_is = f"{line['ours_is_times']:.2f}×" if "ours_is_times" in line else "–"
        print(
            f"{job.upper():<4}{name:<12}{line['rows_per_s'] / 1000:>8.0f}{line['cpu_s']:>8.2f}{line['peak_mb']:>9.1f}"
            f"{to_hand:>9}{ours_is:>9}"
        )
    return lines


def _memory() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 -- so that no disk is measured


if __name__ == "__main__":
    sys.exit(main())
