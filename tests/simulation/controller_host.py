"""A controller in the simulated world: a real ControllerCore and registry, and a disk that survives crashes."""

from __future__ import annotations

import copy

import msgspec
from edge_orch_controller.core import commands as do
from edge_orch_controller.core import events as happened
from edge_orch_controller.core.controller_core import ControllerCore
from edge_orch_controller.core.records import Agent, AuditEntry, Token
from edge_orch_controller.core.settings import Settings
from edge_orch_controller.registry import Registry
from edge_orch_controller.store.memory_store import MemoryStore

from edge_orch.errors import EdgeOrchError
from edge_orch.testing.world import Body
from edge_orch.time import SECOND, Instant
from edge_orch.trust.keys import PrivateKey, PublicKey
from edge_orch.trust.seal import open_sealed, seal
from edge_orch.wire.messages import decode_message, encode_message
from tests.simulation.agent_host import CONTROLLER, DISK_US, ArtifactAsked, ArtifactServed, Device


class Centre:
    """What survives a crash of the controller. `warnings`: all that it told its people."""

    def __init__(self) -> None:
        self.key = PrivateKey(b"c" * 32)
        self.store = MemoryStore()
        self.registry = Registry(self.store, self.key)
        self.keys: dict[str, PublicKey] = {}
        self.replies: dict[int, do.Reply] = {}
        self.warnings: list[str] = []
        self.boots = 0

    def enroll(self, device: Device) -> None:
        """Let the device in, before anything starts."""
        entry = AuditEntry(0, "test", "enroll", device.name)
        self.store.add_token(Token(device.name, "join", device.name, "viewer", device.labels, 0, "test"), entry)
        self.store.enroll(device.name, Agent(device.name, device.key.public.to_bytes(), {}, 0), entry)
        self.keys[device.name] = device.key.public


class Serve(msgspec.Struct, frozen=True):
    """Send an envelope to an agent, as the HTTP server would."""

    agent: str
    digest: str


class _Asked(msgspec.Struct, frozen=True):
    agent: str
    digest: str


class ControllerHost:
    """One life of the controller."""

    def __init__(self, centre: Centre) -> None:
        centre.boots += 1
        self.centre = centre
        settings = Settings(CONTROLLER, centre.boots.to_bytes(8, "big"), have_every_us=10 * SECOND, open_twins=2)
        self.core = ControllerCore(settings, centre.store.load())

    def started(self) -> happened.Event:
        return happened.Started()

    def woke(self) -> happened.Event:
        return happened.Woke()

    def received(self, source: str, payload: bytes | ArtifactAsked) -> happened.Event | _Asked:
        if isinstance(payload, ArtifactAsked):
            return _Asked(source, payload.digest)
        try:
            sealed = open_sealed(payload, self.centre.keys.get)
        except EdgeOrchError:
            return happened.Woke()  # damaged on the way: as if nothing had come
        return happened.MessageReceived(sealed.sender, decode_message(sealed.body))

    def handle(self, event: happened.Event | _Asked, now: Instant) -> list[do.Command | Serve]:
        if isinstance(event, _Asked):
            return [Serve(event.agent, event.digest)]
        return [*self.core.handle(event, now)]

    def wake_at(self) -> int | None:
        return self.core.wake_at()

    def perform(self, command: do.Command | Serve, body: Body, now: Instant) -> None:  # noqa: ARG002 -- the host's shape
        centre = self.centre
        match command:
            case do.Commit(ticket, transaction):
                centre.store.commit(copy.deepcopy(transaction))
                body.later(DISK_US, happened.Committed(ticket))
            case do.LoadTwin(agent):
                body.later(DISK_US, happened.TwinLoaded(agent, tuple(centre.store.changes(agent))))
            case do.Send(agent, message):
                body.send(agent, seal(centre.key, CONTROLLER, encode_message(message)))
            case do.Reply():
                centre.replies[command.request] = command
            case do.Warn(agent, problem):
                centre.warnings.append(f"{agent}: {problem}")
            case Serve(agent, digest):
                version = centre.store.version_by_digest(digest)
                assert version is not None, "an agent was asked for what nobody keeps"
                body.send(agent, ArtifactServed(digest, version.envelope))
