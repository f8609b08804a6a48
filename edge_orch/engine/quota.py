"""Counts records by key and window of event time, up to a threshold."""

from __future__ import annotations

import msgspec

Key = tuple[bool | int | float | str | None, ...]

_Snapshot = list[tuple[int, list[tuple[Key, int]]]]


class Quota:
    """How many records of each key passed in each window.

    Windows are remembered until the watermark is one more window past their end. A record that comes later than that
    opens its window anew.
    """

    def __init__(self, threshold: int, window_us: int) -> None:
        self._threshold = threshold
        self._window_us = window_us
        self._windows: dict[int, dict[Key, int]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._windows.values()))

    def take(self, key: Key, time_us: int) -> bool:
        """Whether the key's quota in the window of `time_us` is not used up yet; if so, one less is left."""
        start = time_us - time_us % self._window_us
        counts = self._windows.get(start)
        if counts is None:
            counts = self._windows[start] = {}
        count = counts.get(key, 0)
        if count >= self._threshold:
            return False
        counts[key] = count + 1
        return True

    def advance(self, watermark_us: int) -> None:
        """Forget the windows that lie far enough back."""
        for start in [start for start in self._windows if start + 2 * self._window_us <= watermark_us]:
            del self._windows[start]

    def snapshot(self) -> bytes:
        """All that is remembered."""
        return msgspec.msgpack.encode([(start, list(counts.items())) for start, counts in self._windows.items()])

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        self._windows = {start: dict(counts) for start, counts in msgspec.msgpack.decode(data, type=_Snapshot)}
