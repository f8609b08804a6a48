"""A rule that notifies, its people, and what was said to them."""

from __future__ import annotations

from typing import Any

from edge_orch.engine.notifier import Key, Notification, Notifier
from edge_orch.engine.records import EpisodeEvent, EpisodeEventKind
from edge_orch.plan.schema import Schema
from edge_orch.plan.steps import Alert, Clear
from edge_orch.time import HOUR, MINUTE, ClockQuality, Instant


def rule(**options: Any) -> Alert:
    return Alert("hot", "rows", None, (), 0, Clear(None, 0), "error", (), ("oncall",), Schema(()), **options)


class People:
    """What people have silenced."""

    def __init__(self) -> None:
        self.silenced = False

    def __call__(self, _rule: str, _key: Key, _now: Instant) -> bool:
        return self.silenced


def notifier(**options: Any) -> Notifier:
    return Notifier([rule(**options)], People())


def minute(number: float, quality: ClockQuality = ClockQuality.SYNCED, boot: str = "boot") -> Instant:
    """So many minutes after 12:00 of 1970-01-01, on a machine that started then."""
    return Instant(round(12 * HOUR + number * MINUTE), round(number * MINUTE), boot, quality)


def event(kind: EpisodeEventKind, episode: str = "e", key: Key = ()) -> EpisodeEvent:
    return EpisodeEvent(episode, kind, "hot", key, 0, "error", "hot", ("oncall",))


def opened(episode: str = "e", key: Key = ()) -> EpisodeEvent:
    return event(EpisodeEventKind.OPENED, episode, key)


def resolved(episode: str = "e", key: Key = ()) -> EpisodeEvent:
    return event(EpisodeEventKind.RESOLVED, episode, key)


def said(notifications: list[Notification]) -> list[tuple[str, tuple[str, ...], int]]:
    return [(each.telling.value, each.sinks, each.suppressed) for each in notifications]
