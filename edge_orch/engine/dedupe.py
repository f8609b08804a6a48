"""Remembers which keys were seen lately, by event time."""

from __future__ import annotations

import msgspec

Key = tuple[bool | int | float | str | None, ...]


class _Snapshot(msgspec.Struct, array_like=True):
    swept_us: int | None
    seen: list[tuple[Key, int]]


class Seen:
    """The keys of the last `within_us` of event time.

    A record is the first of its key unless another that passed lies within `within_us` of it, before or after.
    Memory holds the keys of at most 9/8 of `within_us` before the watermark. A record older than that has nothing
    left to be compared with and counts as a first.
    """

    def __init__(self, within_us: int) -> None:
        self._within_us = within_us
        self._seen: dict[Key, int] = {}
        self._swept_us: int | None = None

    def __len__(self) -> int:
        return len(self._seen)

    def first(self, key: Key, time_us: int) -> bool:
        """Whether to pass a record of this key; if so, it is remembered."""
        before = self._seen.get(key)
        if before is not None and abs(time_us - before) <= self._within_us:
            return False
        if before is None or time_us > before:
            self._seen[key] = time_us
        return True

    def advance(self, watermark_us: int) -> None:
        """Forget what no record from `watermark_us` on can repeat."""
        # A sweep reads everything, so it waits until an eighth of the span has passed since the last one.
        if self._swept_us is not None and watermark_us - self._swept_us < max(1, self._within_us // 8):
            return
        self._swept_us = watermark_us
        oldest = watermark_us - self._within_us
        self._seen = {key: time_us for key, time_us in self._seen.items() if time_us >= oldest}

    def snapshot(self) -> bytes:
        """All that is remembered."""
        return msgspec.msgpack.encode(_Snapshot(self._swept_us, list(self._seen.items())))

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        snapshot = msgspec.msgpack.decode(data, type=_Snapshot)
        self._swept_us = snapshot.swept_us
        self._seen = dict(snapshot.seen)
