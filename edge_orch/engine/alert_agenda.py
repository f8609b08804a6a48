"""When time alone will change something, and for which key: so that the passing of time costs what is due only."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

Key = tuple[str, ...]
_SLACK = 64


class Agenda:
    """At most one time for each key; the earliest is found at once."""

    def __init__(self) -> None:
        self._times: dict[Key, int] = {}
        self._heap: list[tuple[int, Key]] = []  # may hold times that have been replaced: `_times` knows

    def plan(self, key: Key, time_us: int | None) -> None:
        """Replace the key's time; None: nothing is to come."""
        if self._times.get(key) == time_us:
            return
        if time_us is None:
            self._times.pop(key)
            return
        self._times[key] = time_us
        heappush(self._heap, (time_us, key))
        if len(self._heap) > 2 * len(self._times) + _SLACK:
            self._heap = [(at, key) for key, at in self._times.items()]
            heapify(self._heap)

    def first(self) -> int | None:
        """The earliest time."""
        heap = self._heap
        while heap and self._times.get(heap[0][1]) != heap[0][0]:
            heappop(heap)
        return heap[0][0] if heap else None

    def take(self, until_us: int) -> tuple[int, Key] | None:
        """Remove and return the earliest time, if it is not after `until_us`, and its key."""
        first = self.first()
        if first is None or first > until_us:
            return None
        at, key = heappop(self._heap)
        del self._times[key]
        return at, key
