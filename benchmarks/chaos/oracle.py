"""The verdict: what must have arrived follows from the numbers alone; the agent's own ledger is not asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from benchmarks.chaos.job import KEYS, LAST, PROBE, STEP_S, broken
from benchmarks.chaos.sink import Taken, Total

_NUMBER = re.compile(rb'"n":(\d+)')
_PER_S = round(1 / STEP_S)


class Account(msgspec.Struct, frozen=True):
    """In lines. `lost`: neither delivered nor dead, or missing in a total. `duplicated`: there more often than once.

    `complaints`: for people, the first few of each kind.
    """

    sent: int
    delivered: int
    dead: int
    lost: int
    duplicated: int
    complaints: tuple[str, ...] = ()


def expected_totals(sent: int, begin_s: int) -> dict[tuple[str, str], tuple[int, int]]:
    """Window and key → count and sum of the lines 1 to `sent`."""
    totals: dict[tuple[int, int], list[int]] = {}
    for number in _good(sent):
        total = totals.setdefault((begin_s + number // _PER_S, number % KEYS), [0, 0])
        total[0] += 1
        total[1] += number
    return {(_stamp(second), f"k{key}"): (count, sum_) for (second, key), (count, sum_) in totals.items()}


def judge(sent: int, begin_s: int, taken: Taken, dead: Iterable[bytes]) -> Account:
    """Compare the lines 1 to `sent` with what the sink took and with the raw texts of the dead letters."""
    lines = Counter({number: count for number, count in taken.lines.items() if number})
    letters = Counter(int(found[1]) for found in map(_NUMBER.search, dead) if found)
    fates = lines + letters
    lost = [number for number in range(1, sent + 1) if not fates[number]]
    twice = [number for number, count in fates.items() if count > 1]
    wrong = [number for number in fates if number > sent or broken(number) != (number in letters)]
    missing, surplus = _compare(expected_totals(sent, begin_s), taken.totals)
    complaints = (
        *_some("lost", lost),
        *_some("more than once", twice),
        *_some("with a fate it must not have", wrong),
        *_some("missing in totals", missing),
        *_some("too much in totals", surplus),
        *_some("key with two bodies", taken.changed),
    )
    return Account(
        sent=sent,
        delivered=len(lines),
        dead=len(letters),
        lost=len(lost) + len(wrong) + sum(missing.values()),
        duplicated=sum(fates[number] - 1 for number in twice) + sum(surplus.values()) + len(taken.changed),
        complaints=complaints,
    )


def _compare(
    expected: dict[tuple[str, str], tuple[int, int]], taken: Counter[Total]
) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Lines missing in, and too many in, the totals of each window and key; a wrong sum counts as one of each."""
    counts: Counter[tuple[str, str]] = Counter()
    sums: Counter[tuple[str, str]] = Counter()
    for total, times in taken.items():
        if total.key not in (PROBE, LAST):
            counts[total.window_start, total.key] += total.count * times
            sums[total.window_start, total.key] += total.total * times
    right = Counter({place: count for place, (count, _) in expected.items()})
    missing, surplus = right - counts, counts - right
    for place, (count, sum_) in expected.items():
        if counts[place] == count and sums[place] != sum_:
            missing[place] += 1
            surplus[place] += 1
    return missing, surplus


def _good(sent: int) -> Iterable[int]:
    return (number for number in range(1, sent + 1) if not broken(number))


def _stamp(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _some(what: str, things: Iterable[object]) -> list[str]:
    listed = sorted(things, key=str)
    return [f"{len(listed)} {what}: {listed[:8]}"] if listed else []
