"""Session windows: records of one key that follow each other within a gap.

A session begins at its first record and ends a gap after its last: a record at that very moment begins another. A
record that lies between two sessions can make them one. Rows are dated by the end of their session, and come out in the
order of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush, heapreplace
from typing import Any

import msgspec

from edge_orch.engine.clock import NEVER, Timer
from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.room import Room
from edge_orch.engine.windows.cell import Cell, Key, Layout, merge, saved_cell
from edge_orch.engine.windows.windows import PARTIAL, Windows
from edge_orch.plan.steps import Aggregate


class Session(msgspec.Struct, eq=False):
    """An open session. `number`: in which order sessions began; `last`: its latest record."""

    key: Key
    number: int
    start: int
    last: int
    cell: Cell
    ended: bool = False


class _State(msgspec.Struct, array_like=True):
    watermark_us: int
    begun: int
    sessions: list[tuple[Any, int, int, int, Any]]


class SessionWindows(Windows):
    """See `Windows`. `began`: whether the last call of `cell_at` began a session."""

    def __init__(self, step: Aggregate, layout: Layout, timers: Sequence[Timer], room: Room, gap_us: int) -> None:
        super().__init__(step, layout, timers, room)
        self.began = False
        self.refused = False
        self._gap = gap_us
        self._begun = 0
        self._sessions: dict[Key, list[Session]] = {}  # of each key in the order of their numbers
        # By end and number. An end may have moved on since: it is brought up to date when it comes first.
        self._ends: list[tuple[int, int, Session]] = []

    def cell_at(self, key: Key, time_us: int, watermark_us: int) -> Cell | None:
        """The cell of the record's session; None when it would have closed already, or there is no room (`refused`)."""
        self.began = self.refused = False
        mine = self._sessions.get(key, ())
        gap = self._gap
        near = [session for session in mine if session.start - gap < time_us < session.last + gap]
        if near:
            session, *others = near
            session.start, session.last = min(session.start, time_us), max(session.last, time_us)
            for other in others:
                self._join(session, other)
            return session.cell
        if time_us + gap + self._grace <= max(watermark_us, self._watermark):
            return None
        cell = self._new_cell(key)
        if cell is None:
            self.refused = True
            return None
        self.began = True
        self._begun += 1
        session = Session(key, self._begun, time_us, time_us, cell)
        self._sessions.setdefault(key, []).append(session)
        heappush(self._ends, (time_us + gap, session.number, session))
        return cell

    def due(self) -> int:
        """See `Timer`."""
        first = self._first()
        own = NEVER if first is None else first.last + self._gap + self._grace
        later = self._later()
        return min(own, later + self._grace if later < NEVER else NEVER)

    def advance(self, watermark_us: int) -> None:
        """See `Timer`."""
        self._watermark = max(self._watermark, watermark_us)
        closed_to = watermark_us - self._grace
        while (first := self._first()) is not None and first.last + self._gap <= closed_to:
            self._close(first)
        self._advance_timers(closed_to)

    def finish(self) -> None:
        """See `Timer`."""
        while (first := self._first()) is not None:
            self._close(first)
        self._finish_timers()

    def close(self) -> None:
        """See `Windows`."""
        for _, _, session in sorted((session.last, session.number, session) for session in self._all()):
            self._emit(session, PARTIAL)
            self._free([session.cell])
        self._sessions.clear()
        self._ends.clear()

    def snapshot(self) -> bytes:
        """See `Windows`."""
        saved = [(each.key, each.number, each.start, each.last, saved_cell(each.cell)) for each in self._all()]
        return msgpack_bytes(_State(self._watermark, self._begun, saved))

    def restore(self, data: bytes) -> None:
        """See `Windows`."""
        state = msgspec.msgpack.decode(data, type=_State)
        self._watermark, self._begun, self._sessions = state.watermark_us, state.begun, {}
        for saved, number, start, last, cell in state.sessions:
            key = self._key(saved)
            session = Session(key, number, start, last, self._restored(key, cell))
            self._sessions.setdefault(session.key, []).append(session)
        self._ends = [(session.last + self._gap, session.number, session) for session in self._all()]
        heapify(self._ends)

    def _cells(self) -> Iterator[Cell]:
        return (session.cell for session in self._all())

    def _all(self) -> Iterator[Session]:
        return (session for sessions in self._sessions.values() for session in sessions)

    def _first(self) -> Session | None:
        """The session that ends first."""
        ends = self._ends
        while ends:
            end, number, session = ends[0]
            if session.ended:
                heappop(ends)
            elif end < session.last + self._gap:
                heapreplace(ends, (session.last + self._gap, number, session))
            else:
                return session
        return None

    def _join(self, session: Session, other: Session) -> None:
        session.start, session.last = min(session.start, other.start), max(session.last, other.last)
        merge(session.cell, other.cell)
        self._forget(other)
        for accumulators in session.cell[-1].accumulators:
            self._charge(accumulators)

    def _close(self, session: Session) -> None:
        self._advance_timers(session.last + self._gap)
        self._forget(session)
        self._emit(session, 0)

    def _forget(self, session: Session) -> None:
        session.ended = True
        self._free([session.cell])
        rest = [each for each in self._sessions[session.key] if each is not session]
        if rest:
            self._sessions[session.key] = rest
        else:
            del self._sessions[session.key]

    def _emit(self, session: Session, revision: int) -> None:
        self.emit([(session.key, session.cell)], session.start, session.last + self._gap, revision)
