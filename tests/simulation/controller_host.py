"""A controller in the simulated world: a real ControllerCore and registry, and a disk that survives crashes."""

from __future__ import annotations

import msgspec
from edge_orch_controller.core import commands as do
from edge_orch_controller.core import events as happened
from edge_orch_controller.core.controller_core import ControllerCore
from edge_orch_controller.core.settings import Settings
from edge_orch_controller.core.transaction import Transaction

from edge_orch.errors import EdgeOrchError, Refused
from edge_orch.testing.world import Body
from edge_orch.time import Instant
from edge_orch.trust.seal import open_sealed, seal
from edge_orch.twin.document import tried
from edge_orch.wire.messages import Delta, Have, decode_message
from tests.simulation.agent_host import CONTROLLER, DISK_US, ArtifactAsked, ArtifactServed
from tests.simulation.centre import Centre
from tests.simulation.releases import spoken


class Serve(msgspec.Struct, frozen=True):
    """An agent asks for an envelope; send it, as the HTTP server would."""

    address: str
    digest: str


class DiskReached(msgspec.Struct, frozen=True):
    """The disk has come to this transaction."""

    ticket: int
    transaction: Transaction


Event = happened.Event | Serve | DiskReached
Command = do.Command | Serve | DiskReached


class ControllerHost:
    """One life of the controller."""

    def __init__(self, centre: Centre, settings: Settings) -> None:
        centre.boots += 1
        self.centre = centre
        settings = msgspec.structs.replace(settings, nonce=centre.boots.to_bytes(8, "big"), hand_key=b"hand")
        self.core = ControllerCore(settings, centre.store.load())

    def started(self) -> Event:
        return happened.Started()

    def woke(self) -> Event:
        return happened.Woke()

    def received(self, source: str, payload: bytes | ArtifactAsked) -> Event:
        if isinstance(payload, ArtifactAsked):
            return Serve(source, payload.digest)
        try:
            sealed = open_sealed(payload, self.centre.keys.get)
        except EdgeOrchError:
            self.centre.happened["refused at the seal"] += 1
            return happened.Woke()  # damaged on the way: as if nothing had come
        message = decode_message(sealed.body)
        try:
            read = tried(message.changes) if isinstance(message, Delta) else None
        except Refused as error:
            return happened.ChangesRefused(sealed.sender, error.problems[0])
        return happened.MessageReceived(sealed.sender, message, read)

    def handle(self, event: Event, now: Instant) -> list[Command]:
        if isinstance(event, Serve | DiskReached):
            return [event]
        return [*self.core.handle(event, now)]

    def wake_at(self) -> int | None:
        return self.core.wake_at()

    def perform(self, command: Command, body: Body, now: Instant) -> None:  # noqa: ARG002 -- the host's shape
        centre = self.centre
        match command:
            case do.Commit(ticket, transaction):
                body.later(DISK_US, DiskReached(ticket, transaction))
            case DiskReached(ticket, transaction) if centre.disk_full:
                centre.happened["disk full at the controller"] += 1
                body.later(0, happened.CommitFailed(ticket, "no space left on device"))
            case DiskReached(ticket, transaction):
                centre.committed(transaction)
                body.later(0, happened.Committed(ticket))
            case do.LoadTwin(agent):
                body.later(
                    DISK_US, happened.TwinLoaded(agent, tuple(centre.store.changes(agent)), centre.store.epoch(agent))
                )
            case do.Send(agent, message):
                if isinstance(message, Have | Delta):
                    centre.said(agent, message.vector)
                centre.happened[f"controller of {centre.release} release"] += 1
                body.send(centre.routes[agent], seal(centre.key, CONTROLLER, spoken(message, centre.release)))
            case do.Reply():
                centre.replied(command)
            case do.Warn(agent, problem):
                centre.told(agent, str(problem))
            case Serve(address, digest):
                version = centre.store.version_by_digest(digest)
                assert version is not None, "an agent was asked for what nobody keeps"
                body.send(address, ArtifactServed(digest, version.envelope))
