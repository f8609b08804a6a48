from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from edge_orch.cli.pace import STEPS_A_SECOND, Pace
from edge_orch.engine.records import Batch
from edge_orch.time import SECOND, Instant

LINES = [b"1\n2\n", b"3\n4\r5", b"\n6\n7"]


class World:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.us = 1_000

    def clock(self) -> Instant:
        return Instant(5_000_000 + self.us, self.us, "test")

    def sleep(self, seconds: float) -> None:
        self.us += round(seconds * 1e6)


def batches(pace: Pace, pieces: Iterable[bytes]) -> list[Batch]:
    return [one for one in pace.batches(pieces, "p") if isinstance(one, Batch)]


def test_without_a_rate_records_arrive_as_they_come() -> None:
    world = World()
    found = batches(Pace(clock=world.clock, sleep=world.sleep), LINES)
    assert [(one.payload, one.position) for one in found] == [(b"1\n2\n", 0), (b"3\n", 2), (b"4\r5\n6\n", 3), (b"7", 5)]
    assert world.us == 1_000


def test_at_a_rate_they_wait_for_their_time() -> None:
    world = World()
    found = batches(Pace(4, clock=world.clock, sleep=world.sleep), LINES)
    assert [one.payload for one in found] == [b"1\n", b"2\n", b"3\n", b"4\r5\n", b"6\n", b"7\n"]
    assert [one.position for one in found] == list(range(6))
    assert {b.received.mono_us - a.received.mono_us for a, b in pairwise(found)} == {250_000}


def test_at_a_high_rate_they_come_in_groups() -> None:
    world = World()
    found = batches(Pace(1000, clock=world.clock, sleep=world.sleep), [b"x\n" * 1000])
    assert len(found) == STEPS_A_SECOND
    assert world.us == 1_000 + round(SECOND * 0.95)


def test_a_document_is_one_record_and_waits_for_its_time() -> None:
    world = World()
    pace = Pace(4, clock=world.clock, sleep=world.sleep)
    found = [*pace.document(LINES, "p"), *pace.document([b"8"], "q")]
    assert [(one.partition, one.payload, one.position) for one in found] == [
        ("p", [b"".join(LINES)], 0),
        ("q", [b"8"], 0),
    ]
    assert found[1].received.mono_us - found[0].received.mono_us == 250_000


def test_virtual_time_stands_still_but_for_the_rate_and_nothing_waits() -> None:
    world = World()
    still = batches(Pace(at_us=42, clock=world.clock, sleep=world.sleep), LINES)
    assert {one.received.wall_us for one in still} == {42}
    moving = batches(Pace(2, 42, clock=world.clock, sleep=world.sleep), LINES)
    assert [one.received.wall_us - 42 for one in moving] == [number * 500_000 for number in range(6)]
    assert world.us == 1_000


def test_an_empty_piece_says_that_time_passes() -> None:
    world = World()
    found = list(Pace(clock=world.clock, sleep=world.sleep).batches([b"1\n", b"", b"2\n"], "p"))
    assert [isinstance(one, Instant) for one in found] == [False, True, False]
