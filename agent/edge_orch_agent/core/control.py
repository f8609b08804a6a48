"""Control: what comes from the controller. An agent that never hears of it works all the same."""

from __future__ import annotations

from edge_orch.time import Instant
from edge_orch_agent.core.artifacts import Artifacts
from edge_orch_agent.core.commands import Command
from edge_orch_agent.core.events import (
    ArtifactFailed,
    ArtifactFetched,
    ControllerEvent,
    LinkDown,
    LinkUp,
    MessageReceived,
)
from edge_orch_agent.core.heartbeat import Heartbeat
from edge_orch_agent.core.jobs import Jobs
from edge_orch_agent.core.reconciliation import Reconciliation


class Control:
    """Tells whom it concerns."""

    def __init__(self, twin: Reconciliation, artifacts: Artifacts, heartbeat: Heartbeat, jobs: Jobs) -> None:
        self._twin = twin
        self._artifacts = artifacts
        self._heartbeat = heartbeat
        self._jobs = jobs

    def take(self, event: ControllerEvent, now: Instant) -> list[Command]:
        """The link, a message, or an artifact."""
        match event:
            case LinkUp():
                self._artifacts.hurry()
                self._heartbeat.link_up(now)
                return self._twin.link_up(now)
            case LinkDown():
                self._heartbeat.link_down()
                self._twin.link_down()
            case MessageReceived(message):
                return self._twin.received(message, now)
            case ArtifactFetched(digest, envelope):
                self._jobs.fetched(digest, envelope)
            case ArtifactFailed(digest, reason):
                self._artifacts.failed(digest, reason, now)
        return []
