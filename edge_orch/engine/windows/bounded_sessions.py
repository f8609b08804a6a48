"""Session windows with a greatest length.

A session holds records of less than `max_us` from its first to its last. Sessions of a key never overlap in time, and a
record goes, by its event time,

    1. into the session that began last before it, if that lies less than a gap before it and stays short enough;
       the one after it joins them, if that lies less than a gap behind and all of it stays short enough, too;
    2. else into the session that begins next after it, by the same measures;
    3. else into one of its own.

So records in order are cut at the first one that lies `max_us` or more behind the beginning: it begins the next. Where
no stretch of records without a gap lasts so long and none is late, sessions are those without a greatest length,
whatever the order in which records came. Where one does, records out of order may be cut elsewhere, never into longer
sessions: what has been folded together cannot be parted again.

A session ends a gap after its last record, or `max_us` after its first if that is sooner.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappush

from edge_orch.engine.clock import Timer
from edge_orch.engine.room import Room
from edge_orch.engine.windows.cell import Layout
from edge_orch.engine.windows.sessions import Session, SessionWindows
from edge_orch.plan.steps import Aggregate


class BoundedSessions(SessionWindows):
    """See `SessionWindows`."""

    def __init__(
        self, step: Aggregate, layout: Layout, timers: Sequence[Timer], room: Room, gap_us: int, *, max_us: int
    ) -> None:
        super().__init__(step, layout, timers, room, gap_us)
        self._max = max_us

    def _near(self, mine: Sequence[Session], time_us: int, now: int) -> list[Session]:
        before = max((each for each in mine if each.start <= time_us), key=_start, default=None)
        after = min((each for each in mine if each.start > time_us), key=_start, default=None)
        if before is not None and time_us < self._end_of(before):
            last = max(before.last, time_us)
            if after is not None and after.start < last + self._gap and after.last - before.start < self._max:
                return sorted([before, after], key=_number)
            return [before]
        if after is not None and after.start < time_us + self._gap and after.last - time_us < self._max:
            # The session begins, and so ends, sooner by this: not so soon that it should be closed already.
            return [after] if self._end(time_us, after.last) + self._grace > now else []
        return []

    def _end(self, start: int, last: int) -> int:
        return min(last + self._gap, start + self._max)

    def _widen(self, session: Session, start: int, last: int) -> None:
        sooner = start < session.start
        super()._widen(session, start, last)
        if sooner:
            self.began = True
            heappush(self._ends, (self._end_of(session), session.number, session))


def _start(session: Session) -> int:
    return session.start


def _number(session: Session) -> int:
    return session.number
