"""Compaction: small segments that wait for a sink are merged, so that a month of them costs no more than an hour."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from edge_orch.plan.plan import Limits
from edge_orch_agent.core.commands import Merge
from edge_orch_agent.core.events import Merged
from edge_orch_agent.core.ledger import Ledger
from edge_orch_agent.core.outbox import Outbox
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.transaction import Priority, SegmentInfo, StreamId

FEWEST = 4
"""To merge fewer is not worth the writing."""
SHARE = 64
"""A merged segment is at most this part of what its job may keep: a full outbox drops whole segments."""


class _Stream(msgspec.Struct):
    """`settled`: up to this sequence nothing is to be merged any more. `seen`: up to here it was, for the time being.

    `fresh`: how many have come since the last look.
    """

    settled: int = 0
    seen: int = 0
    fresh: int = 0


class Compaction:
    """Looks at a stream whenever `merge_segments` have come to it that wait.

    Neighbours of one version and priority, made within `merge_span_us`, become one of at most `merge_bytes`. What
    has come since the last look becomes one for the time being, so that each record is written again twice at most.
    So a stream has at most about `merge_segments` small segments, and, beside those that no rule lets merge,
    two for each `merge_bytes` and two for each `merge_span_us` that it has waited.

    1. What a sink may have been handed, in this run or an earlier one, is never merged: it keeps its key. Of earlier
       runs that are the first `deliver_ahead` + 1, since delivery is never further ahead of the durable cursor.
    2. A segment that is being merged is neither delivered nor dropped.
    3. Alerts are never merged: each is told of by itself.
    """

    def __init__(self, settings: Settings, outbox: Outbox, ledger: Ledger) -> None:
        self._most = settings.merge_segments
        self._bytes = settings.merge_bytes
        self._span_us = settings.merge_span_us
        self._outbox = outbox
        self._ledger = ledger
        self._streams: dict[StreamId, _Stream] = {}
        self._due: deque[Merge] = deque()
        self._under_way = False
        for stream in outbox.streams():
            waiting = list(outbox.segments(stream))
            tried = waiting[: outbox.most_ahead + 1]
            self._streams[stream] = _Stream(settled=tried[-1].sequence, seen=tried[-1].sequence)
            self.came(waiting[len(tried) :])

    def came(self, infos: Iterable[SegmentInfo]) -> None:
        """These are durable now."""
        for info in infos:
            if info.priority is not Priority.ALERT:
                self._streams.setdefault(info.stream, _Stream()).fresh += 1

    def start(self, limits: Callable[[], Mapping[str, Limits]]) -> list[Merge]:
        """What to merge now: one range at a time, so that commits never wait for long."""
        for stream, state in self._streams.items():
            if state.fresh >= self._most:
                self._look(stream, state, limits().get(stream.job))
        while self._due and not self._under_way:
            merge = self._due.popleft()
            if self._outbox.hold(merge.stream, merge.first):
                self._under_way = True
                return [merge]
        return []

    def merged(self, event: Merged) -> None:
        """The store has done it, or could not: then they stay as they are."""
        self._under_way = False
        self._outbox.release(event.stream)
        if event.segment is not None:
            self._outbox.replace(event.first, event.segment)
            self._ledger.replace(event.first, event.segment)

    def _look(self, stream: StreamId, state: _Stream, limits: Limits | None) -> None:
        most_bytes = min(self._bytes, limits.outbox // SHARE) if limits else self._bytes
        state.fresh = 0
        group, size = list[SegmentInfo](), 0
        for info in self._outbox.untried(stream, state.settled):
            if group and (size + info.size > most_bytes or not self._alike(group[0], info)):
                self._plan(group)
                state.settled = group[-1].sequence
                group, size = [], 0
            group.append(info)
            size += info.size
        latest = [info for info in group if info.sequence > state.seen]
        if 2 * len(latest) >= self._most:
            self._plan(latest)
            state.seen = latest[-1].sequence

    def _plan(self, group: Sequence[SegmentInfo]) -> None:
        if len(group) >= FEWEST:
            self._due.append(Merge(group[0].stream, group[0].sequence, group[-1].sequence))

    def _alike(self, first: SegmentInfo, info: SegmentInfo) -> bool:
        return (info.version, info.priority, _dated(info)) == (first.version, first.priority, _dated(first)) and (
            abs(info.created_us - first.created_us) <= self._span_us
        )


def _dated(info: SegmentInfo) -> int:
    """Whether its age is known (1), never will be (0), or may become known."""
    return (info.created_us > 0) - (info.created_us < 0)
