"""Alert rules and memories of keys as timers of a clock."""

from __future__ import annotations

from typing import Protocol

import msgspec

from edge_orch.engine.alert import AlertRule
from edge_orch.engine.clock import BEFORE, NEVER
from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.records import EpisodeEvent
from edge_orch.time import SECOND

IDLE_US = 60 * SECOND  # steps that name no idle timeout of their own use the one aggregates have by default


class RuleTimer:
    """Lets an alert rule's holds expire; what comes of it is appended to `episodes`."""

    def __init__(self, rule: AlertRule, episodes: list[EpisodeEvent]) -> None:
        self._rule = rule
        self._episodes = episodes
        self._swept_us = BEFORE

    def due(self) -> int:
        """See `Timer`."""
        deadline = self._rule.deadline()
        return NEVER if deadline is None else deadline

    def sweep(self) -> int:
        """See `Timer`."""
        return self._swept_us + SECOND if self._rule.active else NEVER

    def advance(self, watermark_us: int) -> None:
        """See `Timer`."""
        self._swept_us = max(self._swept_us, watermark_us)
        if self._rule.active:
            self._episodes.extend(self._rule.advance(watermark_us))

    def snapshot(self) -> bytes:
        """The rule's state, and how far this timer has come."""
        return msgpack_bytes((self._swept_us, self._rule.snapshot()))

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError` on any other bytes."""
        self._swept_us, inner = msgspec.msgpack.decode(data, type=tuple[int, bytes])
        self._rule.restore(inner)

    def finish(self) -> None:
        """See `Timer`. The end of input is no passing of time: holds that are running stay running."""


class Memory(Protocol):
    """What a step remembers of the records it saw."""

    def advance(self, watermark_us: int) -> None:
        """Forget what no longer counts."""
        ...

    def snapshot(self) -> bytes:
        """All that is remembered."""
        ...

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError` on any other bytes."""
        ...


class MemoryTimer:
    """Lets a step forget, once every `every_us` of event time."""

    def __init__(self, memory: Memory, every_us: int) -> None:
        self._memory = memory
        self._every_us = every_us
        self._swept_us = BEFORE

    def due(self) -> int:
        """See `Timer`."""
        return NEVER

    def sweep(self) -> int:
        """See `Timer`."""
        return self._swept_us + self._every_us

    def advance(self, watermark_us: int) -> None:
        """See `Timer`."""
        if watermark_us >= self.sweep():
            self._swept_us = watermark_us
            self._memory.advance(watermark_us)

    def snapshot(self) -> bytes:
        """The memory, and how far this timer has come."""
        return msgpack_bytes((self._swept_us, self._memory.snapshot()))

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError` on any other bytes."""
        self._swept_us, inner = msgspec.msgpack.decode(data, type=tuple[int, bytes])
        self._memory.restore(inner)

    def finish(self) -> None:
        """See `Timer`."""
