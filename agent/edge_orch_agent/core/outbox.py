"""The outbox: an index of what is durable and not yet delivered, and the rule for what goes when it is full."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator

import msgspec

from edge_orch_agent.core.redating import Redating
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import Priority, Segment, SegmentInfo, StreamId

_RANK = {priority: rank for rank, priority in enumerate(Priority)}  # alerts first, low last


class Outbox:
    """Every stream's undelivered segments, in order, without their data.

    A stream only ever shrinks from its head, so that one cursor says all: what is delivered or dropped lies behind it.
    """

    def __init__(self, stored: StoredState) -> None:
        self._streams: dict[StreamId, deque[SegmentInfo]] = {}
        self._first = stored.first_sequence
        self._next = dict(stored.next_sequence)
        for drop in stored.drops:
            self._next[drop.stream] = max(self._next.get(drop.stream, 1), drop.last + 1)
        self._sizes: dict[str, int] = {}
        self._redating: Redating | None = None
        for segment in stored.segments:
            self.append(segment)

    def next_sequence(self, stream: StreamId) -> int:
        """A number of this stream that was never given before."""
        sequence = max(self._next.get(stream, 1), self._first)
        self._next[stream] = sequence + 1
        return sequence

    def append(self, segment: SegmentInfo) -> None:
        """The segment is durable now."""
        if self._redating is not None:
            segment = _dated(segment, self._redating)
        self._streams.setdefault(segment.stream, deque()).append(segment)
        self._sizes[segment.stream.job] = self.size(segment.stream.job) + segment.size

    def subjects(self) -> set[str]:
        """The episodes that waiting notices tell of."""
        waiting = (segment for segments in self._streams.values() for segment in segments)
        return {segment.subject.rpartition("/")[0] for segment in waiting if segment.subject}

    def head(self, stream: StreamId) -> SegmentInfo | None:
        """The oldest segment of the stream."""
        segments = self._streams.get(stream)
        return segments[0] if segments else None

    def pop(self, stream: StreamId) -> SegmentInfo:
        """Take away the head: delivered, dead or dropped."""
        segments = self._streams[stream]
        segment = segments.popleft()
        if not segments:
            del self._streams[stream]
        self._sizes[stream.job] -= segment.size
        return segment

    def streams(self) -> list[StreamId]:
        """Streams that hold something, the most urgent first."""
        return sorted(self._streams, key=lambda stream: (_RANK[self._streams[stream][0].priority], stream))

    def segments(self, stream: StreamId) -> Iterator[SegmentInfo]:
        """The stream's segments, oldest first."""
        return iter(self._streams.get(stream, ()))

    def size(self, job: str) -> int:
        """Bytes of the job's undelivered segments."""
        return self._sizes.get(job, 0)

    def holds(self, job: str) -> bool:
        """Whether anything of the job is undelivered."""
        return any(stream.job == job for stream in self._streams)

    def undated(self) -> bool:
        """Whether the age of anything is unknown and may become known."""
        return any(segment.created_us < 0 for segments in self._streams.values() for segment in segments)

    def date(self, redating: Redating) -> None:
        """Give stamps of an unknown clock their time, also those of segments that are still on their way here."""
        self._redating = redating if redating.offset_us is not None else None
        for stream, segments in self._streams.items():
            self._streams[stream] = deque(_dated(segment, redating) for segment in segments)

    def undate(self) -> None:
        """The clock is unknown again: what comes from now on waits for another `date`."""
        self._redating = None

    def drop_aged(self, stream: StreamId, oldest_us: int) -> list[SegmentInfo]:
        """Take away what was created before `oldest_us`; a segment stamped by an untrusted clock is of unknown age."""
        dropped = []
        while (head := self.head(stream)) and 0 < head.created_us < oldest_us:
            dropped.append(self.pop(stream))
        return dropped

    def drop_oldest(self, job: str, room: int, busy: Collection[StreamId]) -> list[SegmentInfo]:
        """Take away the oldest of the least urgent streams until the job's size is at most `room`.

        What is being delivered right now stays; alerts go only when nothing else is left.
        """
        dropped = []
        while self.size(job) > room:
            heads = [segments[0] for stream, segments in self._streams.items() if stream.job == job]
            candidates = [head for head in heads if head.stream not in busy]
            if not candidates:
                break
            victim = max(candidates, key=lambda head: (_RANK[head.priority], -max(head.created_us, 0), head.stream))
            dropped.append(self.pop(victim.stream))
        return dropped


def _dated(segment: SegmentInfo, redating: Redating) -> SegmentInfo:
    if segment.created_us >= 0:
        return segment
    return msgspec.structs.replace(segment, created_us=redating.stamp(segment.created_us))


def choose_newest(arriving: Iterable[Segment], excess: int) -> list[Segment]:
    """Which of the arriving segments to refuse so that `excess` bytes less arrive: least urgent first, never alerts."""
    refused: list[Segment] = []
    for segment in sorted(arriving, key=lambda segment: _RANK[segment.priority], reverse=True):
        if excess <= 0 or segment.priority is Priority.ALERT:
            break
        refused.append(segment)
        excess -= len(segment.data)
    return refused
