"""An oracle that sees nothing proves nothing: every kind of loss and repetition must be seen by it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from benchmarks.chaos.job import BROKEN_EVERY, broken, line
from benchmarks.chaos.oracle import Account, expected_totals, judge
from benchmarks.chaos.sink import Taken

SENT = 3 * BROKEN_EVERY
BEGIN_S = 1_767_225_600


class Arrived:
    """Everything arrived as it should, until a test spoils it."""

    def __init__(self) -> None:
        self.lines = [number for number in range(1, SENT + 1) if not broken(number)]
        self.dead = [line(number, BEGIN_S) for number in range(1, SENT + 1) if broken(number)]
        self.totals = [
            {"window_start": start, "key": key, "count": count, "total": total}
            for (start, key), (count, total) in expected_totals(SENT, BEGIN_S).items()
        ]

    def judged(self) -> Account:
        taken = Taken()
        taken.take("/lines", "agent/1", "\n".join(f'{{"n":{number}}}' for number in self.lines).encode())
        taken.take("/totals", "agent/2", "\n".join(map(json.dumps, self.totals)).encode())
        return judge(SENT, BEGIN_S, taken, self.dead)


def test_all_is_well_when_all_arrived_once() -> None:
    account = Arrived().judged()
    assert (account.lost, account.duplicated, account.complaints) == (0, 0, ())
    assert account.delivered + account.dead == account.sent == SENT


SPOILT: dict[str, tuple[Callable[[Arrived], object], int, int]] = {
    "a line is lost": (lambda a: a.lines.pop(), 1, 0),
    "a line comes twice": (lambda a: a.lines.append(7), 0, 1),
    "a dead letter is lost": (lambda a: a.dead.pop(), 1, 0),
    "a dead letter is there twice": (lambda a: a.dead.append(a.dead[0]), 0, 1),
    "a good line is dead as well": (lambda a: a.dead.append(line(7, BEGIN_S)), 1, 1),
    "a line that was never sent": (lambda a: a.lines.append(SENT + 1), 1, 0),
    "a total counts one too few": (lambda a: a.totals[0].update(count=int(str(a.totals[0]["count"])) - 1), 1, 0),
    "a total has another sum": (lambda a: a.totals[0].update(total=0), 1, 1),
}


@pytest.mark.parametrize(("spoil", "lost", "duplicated"), SPOILT.values(), ids=SPOILT.keys())
def test_it_sees_when(spoil: Callable[[Arrived], object], lost: int, duplicated: int) -> None:
    arrived = Arrived()
    spoil(arrived)
    account = arrived.judged()
    assert (account.lost, account.duplicated) == (lost, duplicated)
    assert account.complaints


def test_a_total_that_comes_twice_counts_all_its_lines_twice() -> None:
    arrived = Arrived()
    arrived.totals.append(arrived.totals[0])
    assert arrived.judged().duplicated == arrived.totals[0]["count"]


def test_the_same_request_again_counts_once_and_another_body_under_its_key_is_a_fault() -> None:
    taken = Taken()
    for body in (b'{"n":1}', b'{"n":1}', b'{"n":2}'):
        taken.take("/lines", "agent/1", body)
    assert (taken.lines[1], taken.lines[2], taken.repetitions, taken.changed) == (1, 0, 2, {"agent/1"})
