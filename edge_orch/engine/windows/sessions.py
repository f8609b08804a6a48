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
    """See `Windows`. `began`: whether the last call of `cell_at` began a session, or brought the end of one forward."""

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
        now = max(watermark_us, self._watermark)
        near = self._near(self._sessions.get(key, ()), time_us, now)
        if near:
            session, *others = near
            self._widen(session, time_us, time_us)
            for other in others:
                self._join(session, other)
            return session.cell
        end = self._end(time_us, time_us)
        if end + self._grace <= now:
            return None
        cell = self._new_cell(key)
        if cell is None:
            self.refused = True
            return None
        self.began = True
        self._begun += 1
        session = Session(key, self._begun, time_us, time_us, cell)
        self._sessions.setdefault(key, []).append(session)
        heappush(self._ends, (end, session.number, session))
        return cell

    def due(self) -> int:
        """See `Timer`."""
        first = self._first()
        own = NEVER if first is None else self._end_of(first) + self._grace
        later = self._later()
        return min(own, later + self._grace if later < NEVER else NEVER)

    def advance(self, watermark_us: int) -> None:
        """See `Timer`."""
        self._watermark = max(self._watermark, watermark_us)
        closed_to = watermark_us - self._grace
        while (first := self._first()) is not None and self._end_of(first) <= closed_to:
            self._close(first)
        self._advance_timers(closed_to)

    def finish(self) -> None:
        """See `Timer`."""
        while (first := self._first()) is not None:
            self._close(first)
        self._finish_timers()

    def close(self) -> None:
        """See `Windows`."""
        for _, _, session in sorted((self._end_of(session), session.number, session) for session in self._all()):
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
        self._ends = [(self._end_of(session), session.number, session) for session in self._all()]
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
            elif end < self._end_of(session):
                heapreplace(ends, (self._end_of(session), number, session))
            else:
                return session
        return None

    def _near(self, mine: Sequence[Session], time_us: int, _now: int) -> list[Session]:
        """Of a key's sessions those that a record makes one, in the order of their numbers."""
        gap = self._gap
        return [session for session in mine if session.start - gap < time_us < session.last + gap]

    def _end(self, _start: int, last: int) -> int:
        """When a session of these first and last records ends."""
        return last + self._gap

    def _end_of(self, session: Session) -> int:
        return self._end(session.start, session.last)

    def _widen(self, session: Session, start: int, last: int) -> None:
        """The session holds records from one time to the other, too."""
        session.start, session.last = min(session.start, start), max(session.last, last)

    def _join(self, session: Session, other: Session) -> None:
        self._widen(session, other.start, other.last)
        merge(session.cell, other.cell)
        self._forget(other)
        for accumulators in session.cell[-1].accumulators:
            self._charge(accumulators)

    def _close(self, session: Session) -> None:
        self._advance_timers(self._end_of(session))
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
        self.emit([(session.key, session.cell)], session.start, self._end_of(session), revision)
