"""Heartbeat: counters and gauges for the controller, beside the twin: they age fast and may be lost."""

from __future__ import annotations

from edge_orch.time import Instant
from edge_orch.wire.messages import OPEN_EPISODES, Telemetry
from edge_orch_agent.core.commands import Send
from edge_orch_agent.core.ledger import Ledger
from edge_orch_agent.core.outbox import Outbox
from edge_orch_agent.core.parameters import Parameters
from edge_orch_agent.core.settings import Settings

_FATES = ("out", "delivered", "dead")


class Heartbeat:
    """Beats once when the link comes up, regularly while it is, and when an episode has opened or is over: by that the
    controller decides whom it serves first."""

    def __init__(self, agent: str, settings: Settings, outbox: Outbox, ledger: Ledger, parameters: Parameters) -> None:
        self._agent = agent
        self._every_us = settings.telemetry_every_us
        self._outbox = outbox
        self._ledger = ledger
        self._parameters = parameters
        self._due_at: int | None = None
        self._seen = parameters.effective
        self._open = 0

    def link_up(self, now: Instant) -> None:
        """Somebody listens."""
        self._due_at = now.mono_us

    def link_down(self) -> None:
        """Nobody listens."""
        self._due_at = None

    def beat(self, now: Instant) -> list[Send]:
        """The telemetry of now, if it is time."""
        if self._due_at is None or (self._due_at > now.mono_us and not self._episodes_changed()):
            return []
        self._due_at = now.mono_us + self._every_us
        return [Send(Telemetry(self._agent, now.wall_us, self._values(now)))]

    def wake_at(self) -> int | None:
        """When to beat next."""
        return self._due_at

    def _values(self, now: Instant) -> dict[str, int | float | str]:
        waiting = [segment for stream in self._outbox.streams() for segment in self._outbox.segments(stream)]
        self._episodes_changed()
        return {
            OPEN_EPISODES: self._open,
            "outbox.records": sum(segment.count for segment in waiting),
            "outbox.bytes": sum(segment.size for segment in waiting),
            "records.dropped": self._ledger.total("dropped:"),
            "clock": now.quality.value,
            **{f"records.{fate}": self._ledger.total(fate) for fate in _FATES},
        }

    def _episodes_changed(self) -> bool:
        """Whether another number of episodes is open than was told last."""
        if self._parameters.effective is self._seen:
            return False
        self._seen, before = self._parameters.effective, self._open
        self._open = sum(alert.state != "resolved" for alert in self._seen.alerts.values())
        return self._open != before
