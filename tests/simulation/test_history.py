"""Random histories: one seed is one history, every fault happens, a failure can be seen again and made smaller."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.simulation.campaign import fails, play, regressions, shrunk
from tests.simulation.faults import FAULTS, never
from tests.simulation.history import CONDITIONS, History, Size
from tests.simulation.troubles import ALL, Troubles

VARIED = (1, 7, 12, 13, 18, 19, 34, 35)
"""Histories that had every kind of fault between them when the simulation was last changed: looked at first."""


def test_what_failed_once_does_not_fail_again() -> None:
    for seed, size in regressions():
        assert play(size, seed).error == ""


def test_one_seed_is_one_history() -> None:
    first, second = History(5, Size(2, 5)), History(5, Size(2, 5))
    first.play()
    second.play()
    assert first.outcome() == second.outcome()
    for address, device in first.fleet.devices.items():
        assert device.taken == second.fleet.devices[address].taken


def test_one_seed_is_one_history_in_every_process() -> None:
    """Python orders sets of texts anew in each process: what a core decides must not depend on it."""
    code = "from tests.simulation.history import *; h = History(6, Size(4, 8)); h.play(); print(h.outcome())"
    told = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert told[0] == told[1] != ""


def test_every_kind_of_fault_really_happens() -> None:
    """A fault that never fires proves nothing."""
    happened: Counter[str] = Counter()
    for seed in sorted(range(60), key=lambda seed: seed not in VARIED):
        happened.update(play(Size(3, 12), seed).faults)
        if not never(happened):
            break
    assert never(happened) == []
    assert never(happened, ["loss"]) == []
    assert never(Counter(), ["loss"]) == [kind for kind in FAULTS if kind != "lost"]


def test_a_failure_says_how_to_see_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.simulation.healing.Healing.missing", lambda _: ["a miracle"])
    error = play(Size(1, 2), 3).error
    assert "a miracle" in error
    assert "seed: 3" in error
    assert "again: make sim SEED=3 AGENTS=1 DAYS=2" in error


def test_a_failure_is_made_smaller_until_only_what_it_needs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks whenever a clock jumps is found with one agent, a few days, and nothing besides the clock."""
    seed, size = next(_with_trouble("clock"))

    def broken(_: Troubles) -> None:
        raise AssertionError("a clock jumped")

    monkeypatch.setitem(ALL, "clock", broken)
    smallest = shrunk(size, seed)
    assert fails(smallest, seed)
    assert smallest.agents <= size.agents
    assert len(smallest.without) > len([*CONDITIONS, *ALL]) // 2
    assert "clock" not in smallest.without
    assert f"WITHOUT={','.join(smallest.without)}" in play(smallest, seed).error


def _with_trouble(kind: str) -> Iterator[tuple[int, Size]]:
    size = Size(2, 4)
    return ((seed, size) for seed in range(100) if play(size, seed).troubles.get(kind))
