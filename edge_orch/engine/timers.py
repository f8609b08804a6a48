"""Alert rules and dedupe memories as timers of a clock."""

from __future__ import annotations

import msgspec

from edge_orch.engine.alert import AlertRule
from edge_orch.engine.clock import BEFORE, NEVER
from edge_orch.engine.dedupe import Seen
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
        return msgspec.msgpack.encode((self._swept_us, self._rule.snapshot()))

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError` on any other bytes."""
        self._swept_us, inner = msgspec.msgpack.decode(data, type=tuple[int, bytes])
        self._rule.restore(inner)

    def finish(self) -> None:
        """See `Timer`. The end of input is no passing of time: holds that are running stay running."""


class SeenTimer:
    """Lets a dedupe step forget."""

    def __init__(self, seen: Seen, within_us: int) -> None:
        self._seen = seen
        self._every_us = max(1, within_us // 8)
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
            self._seen.advance(watermark_us)

    def snapshot(self) -> bytes:
        """The memory, and how far this timer has come."""
        return msgspec.msgpack.encode((self._swept_us, self._seen.snapshot()))

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError` on any other bytes."""
        self._swept_us, inner = msgspec.msgpack.decode(data, type=tuple[int, bytes])
        self._seen.restore(inner)

    def finish(self) -> None:
        """See `Timer`."""
