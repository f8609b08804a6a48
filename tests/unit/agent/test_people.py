from __future__ import annotations

import asyncio

import pytest
from edge_orch_agent.core.commands import Reply, Show
from edge_orch_agent.core.events import AckRequested, Event, TapClosed, TapRequested
from edge_orch_agent.people import MOST_BYTES, People, Viewer

from edge_orch.errors import Invalid, Problem


async def test_records_wait_for_their_reader() -> None:
    viewer = Viewer()
    viewer.put(Show(1, b'{"a":1}\n{"a":2}\n', 2))
    viewer.put(Show(1, b'{"a":3}\n', 1))
    view = await viewer.next(10)
    assert [bytes(record) for record in view.records] == [b'{"a":1}', b'{"a":2}', b'{"a":3}']
    assert (await viewer.next(0)).records == ()


async def test_whoever_reads_slowly_misses_records_and_is_told_how_many() -> None:
    viewer = Viewer()
    line = b"[" + b"1" * 1022 + b"]"
    for _ in range(2 * MOST_BYTES // 1024):
        viewer.put(Show(1, line + b"\n", 1))
    view = await viewer.next(10)
    assert (len(view.records), view.dropped) == (MOST_BYTES // 1024, MOST_BYTES // 1024)
    viewer.put(Show(1, line, 1))
    assert (await viewer.next(10)).dropped == 0


class Core:
    """Takes events, and replies as told."""

    def __init__(self, problem: Problem | None = None) -> None:
        self.events: list[Event] = []
        self.problem = problem
        self.stopping = asyncio.Event()
        self.people = People(self.handle, self.stopping)

    def handle(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, TapRequested | AckRequested):
            self.people.answer(Reply(event.request, problem=self.problem))


async def test_a_request_is_answered_to_whoever_asked() -> None:
    core = Core()
    replies = await asyncio.gather(
        *(core.people.request(lambda number: AckRequested(number, "e1", "maria")) for _ in range(3))
    )
    assert [reply.request for reply in replies] == [1, 2, 3]
    core.people.answer(Reply(2))


async def test_a_tap_is_open_while_somebody_looks() -> None:
    core = Core()
    async with core.people.look("press", "parsed") as viewer:
        core.people.answer(Show(1, b"1\n", 1))
        core.people.answer(Show(8, b"2\n", 1))
        assert len((await viewer.next(10)).records) == 1
    assert core.events == [TapRequested(1, "press", "parsed"), TapClosed(1)]
    core.people.answer(Show(1, b"1\n", 1))


async def test_a_tap_that_cannot_be_is_refused_and_closed() -> None:
    core = Core(Problem("no such stage"))
    with pytest.raises(Invalid, match="no such stage"):
        async with core.people.look("press", "nothing"):
            pass
    assert core.events[-1] == TapClosed(1)


async def test_a_core_that_stops_is_told_nothing_more() -> None:
    core = Core()
    async with core.people.look("press", "parsed"):
        core.stopping.set()
    assert core.events == [TapRequested(1, "press", "parsed")]
