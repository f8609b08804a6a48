"""The outbox: an index of what is durable and not yet delivered, and the rule for what goes when it is full."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from itertools import takewhile

import msgspec

from edge_orch_agent.core.redating import Redating
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import Priority, Segment, SegmentInfo, StreamId

_RANK = {priority: rank for rank, priority in enumerate(Priority)}  # alerts first, low last


class Outbox:
    """Every stream's undelivered segments, in order, without their data.

    A stream only ever shrinks from its head, so that one cursor says all: what is delivered or dropped lies behind it.
    """

    def __init__(self, stored: StoredState, ahead: int = Settings().deliver_ahead) -> None:
        self.most_ahead = ahead
        self._streams: dict[StreamId, deque[SegmentInfo]] = {}
        self._in_order: tuple[StreamId, ...] | None = ()  # None: to be sorted again, for a head has changed
        self._first = stored.first_sequence
        self._next = dict(stored.next_sequence)
        for drop in stored.drops:
            self._next[drop.stream] = max(self._next.get(drop.stream, 1), drop.last + 1)
        self._sizes: dict[str, int] = {}
        self._passed: dict[StreamId, deque[int]] = {}
        self._held: dict[StreamId, int] = {}
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
        if segment.stream not in self._streams:
            self._streams[segment.stream] = deque()
            self._in_order = None
        self._streams[segment.stream].append(segment)
        self._sizes[segment.stream.job] = self.size(segment.stream.job) + segment.size

    def subjects(self) -> set[str]:
        """The episodes that waiting notices tell of."""
        waiting = (segment for segments in self._streams.values() for segment in segments)
        return {segment.subject.rpartition("/")[0] for segment in waiting if segment.subject}

    def head(self, stream: StreamId) -> SegmentInfo | None:
        """The oldest segment of the stream; None while that is being merged."""
        segments = self._streams.get(stream)
        if not segments or segments[0].sequence >= self._held.get(stream, segments[0].sequence + 1):
            return None
        return segments[0]

    def pop(self, stream: StreamId) -> SegmentInfo:
        """Take away the head: delivered, dead or dropped."""
        segments = self._streams[stream]
        segment = segments.popleft()
        self._in_order = None
        self._passed.setdefault(stream, deque()).append(segment.sequence)
        if not segments:
            del self._streams[stream]
        self._sizes[stream.job] -= segment.size
        return segment

    def passed(self, stream: StreamId, cursor: int) -> None:
        """That it is done with the segments up to this one is durable now."""
        passed = self._passed.get(stream, deque())
        while passed and passed[0] <= cursor:
            passed.popleft()

    def ahead(self, stream: StreamId) -> int:
        """How many segments it is done with, and a crash would bring back."""
        return len(self._passed.get(stream, ()))

    def untried(self, stream: StreamId, after: int) -> list[SegmentInfo]:
        """The segments behind this sequence that no sink was handed in this run, oldest first: all but the head."""
        segments = self._streams.get(stream, deque())
        found = list(takewhile(lambda segment: segment.sequence > after, reversed(segments)))[::-1]
        return found[1:] if len(found) == len(segments) else found

    def hold(self, stream: StreamId, first: int) -> bool:
        """Keep back what begins at this sequence while it is merged; False if the head has come that far."""
        segments = self._streams.get(stream)
        if not segments or segments[0].sequence >= first:
            return False
        self._held[stream] = first
        return True

    def release(self, stream: StreamId) -> None:
        """It is merged, or stays as it is."""
        self._held.pop(stream, None)

    def replace(self, first: int, merged: SegmentInfo) -> None:
        """The segments from `first` up to it are this one now."""
        if self._redating is not None:
            merged = _dated(merged, self._redating)
        self._streams[merged.stream] = replaced(self._streams[merged.stream], first, merged)

    def streams(self) -> tuple[StreamId, ...]:
        """Streams that hold something, the most urgent first. Asked several times after each event."""
        if self._in_order is None:
            streams = self._streams
            self._in_order = tuple(sorted(streams, key=lambda stream: (_RANK[streams[stream][0].priority], stream)))
        return self._in_order

    def segments(self, stream: StreamId) -> Iterator[SegmentInfo]:
        """The stream's segments, oldest first."""
        return iter(self._streams.get(stream, ()))

    def length(self, stream: StreamId) -> int:
        """How many segments of the stream wait."""
        return len(self._streams.get(stream, ()))

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
            heads = [self.head(stream) for stream in self._streams if stream.job == job and stream not in busy]
            candidates = [head for head in heads if head is not None]
            if not candidates:
                break
            victim = max(candidates, key=lambda head: (_RANK[head.priority], -max(head.created_us, 0), head.stream))
            dropped.append(self.pop(victim.stream))
        return dropped


def replaced(segments: Iterable[SegmentInfo], first: int, merged: SegmentInfo) -> deque[SegmentInfo]:
    """A stream's segments with `merged` in the place of those from `first` up to it."""
    segments = list(segments)
    before = [segment for segment in segments if segment.sequence < first]
    behind = [segment for segment in segments if segment.sequence > merged.sequence]
    return deque((*before, merged, *behind))


def _dated(segment: SegmentInfo, redating: Redating) -> SegmentInfo:
    if segment.created_us >= 0:
        return segment
    return msgspec.structs.replace(segment, created_us=redating.stamp(segment.created_us))


def choose_newest(arriving: Iterable[Segment], excess: int) -> list[Segment]:
    """Which of the arriving segments to refuse so that `excess` bytes less arrive: never alerts.

    The least urgent go first, and of those the latest.
    """
    refused: list[Segment] = []
    latest_first = reversed(list(arriving))
    for segment in sorted(latest_first, key=lambda segment: _RANK[segment.priority], reverse=True):
        if excess <= 0 or segment.priority is Priority.ALERT:
            break
        refused.append(segment)
        excess -= len(segment.data)
    return refused
