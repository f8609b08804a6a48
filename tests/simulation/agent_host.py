"""A device in the simulated world: a real AgentCore, a disk that survives crashes, a sensor, and sinks that count."""

from __future__ import annotations

import copy
from collections.abc import Callable

import msgspec
from edge_orch_agent.core import commands as do
from edge_orch_agent.core import events as happened
from edge_orch_agent.core.agent_core import AgentCore
from edge_orch_agent.core.identity import AgentIdentity
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.store.memory_store import MemoryStore

from edge_orch.engine.records import Batch
from edge_orch.errors import EdgeOrchError
from edge_orch.testing.world import Body
from edge_orch.time import MILLISECOND, SECOND, Instant
from edge_orch.trust.keys import PrivateKey, PublicKey
from edge_orch.trust.seal import open_sealed, seal
from edge_orch.wire.messages import decode_message, encode_message

CONTROLLER = "controller"
DISK_US = 5 * MILLISECOND
SINK_US = 20 * MILLISECOND
FETCH_TIMEOUT_US = 5 * SECOND


class ArtifactAsked(msgspec.Struct, frozen=True):
    """An agent asks for an envelope."""

    digest: str


class ArtifactServed(msgspec.Struct, frozen=True):
    """The answer."""

    digest: str
    envelope: bytes


class Device:
    """What survives a crash, and what stands around the device: sensor and sinks.

    `sensor` gives batch `n` of raw records. `taken`: by sink, idempotency key → data. `replies`: by request.
    """

    def __init__(self, name: str, labels: dict[str, str], sensor: Callable[[int], bytes]) -> None:
        self.name, self.labels, self.sensor = name, labels, sensor
        self.key = PrivateKey(name.encode().ljust(32, b"k"))
        self.store = MemoryStore()
        self.taken: dict[str, dict[str, bytes]] = {}
        self.replies: dict[int, do.Reply] = {}
        self.boots = 0

    def records(self, sink: str) -> list[bytes]:
        """What the sink holds, in order of arrival."""
        return [line for data in self.taken.get(sink, {}).values() for line in data.splitlines()]


class AgentHost:
    """One life of the agent on a device."""

    def __init__(self, device: Device, controller_key: PublicKey, boot: str) -> None:
        device.boots += 1
        self.device = device
        self._controller_key = controller_key
        self._sources: set[str] = set()
        identity = AgentIdentity(
            agent=device.name,
            labels=device.labels,
            firmware="1.0",
            software="0.1.0",
            boot=boot,
            actor_nonce=device.boots.to_bytes(8, "big"),
            controller_keys=(controller_key,),
            seed=device.boots,
        )
        self.core = AgentCore(identity, device.store.load(), Settings(have_every_us=10 * SECOND))

    def started(self) -> happened.Event:
        return happened.Started()

    def woke(self) -> happened.Event:
        return happened.Woke()

    def received(self, source: str, payload: bytes | ArtifactServed) -> happened.Event:  # noqa: ARG002 -- one peer
        if isinstance(payload, ArtifactServed):
            return happened.ArtifactFetched(payload.digest, payload.envelope)
        try:
            sealed = open_sealed(payload, {CONTROLLER: self._controller_key}.get)
        except EdgeOrchError:
            return happened.Woke()  # damaged on the way: as if nothing had come
        return happened.MessageReceived(decode_message(sealed.body))

    def handle(self, event: happened.Event, now: Instant) -> list[do.Command]:
        return self.core.handle(event, now)

    def wake_at(self) -> int | None:
        return self.core.wake_at()

    def perform(self, command: do.Command, body: Body, now: Instant) -> None:
        device = self.device
        match command:
            case do.Commit(ticket, transaction):
                # A copy: what the core does to its own objects afterwards must not reach what is durable.
                device.store.commit(copy.deepcopy(transaction))
                body.later(DISK_US, happened.Committed(ticket))
            case do.Send(message):
                body.send(CONTROLLER, seal(device.key, device.name, encode_message(message)))
            case do.Fetch(digest):
                body.send(CONTROLLER, ArtifactAsked(digest))
                body.later(FETCH_TIMEOUT_US, happened.ArtifactFailed(digest, "no answer"))
            case do.StartSource(job, _, positions):
                self._sources.add(job)
                self._read(job, int(positions.get("p", b"0")), body, now)
            case do.StopSource(job):
                self._sources.discard(job)
            case do.Acknowledge(job, receipts) if job in self._sources:
                self._read(job, max(receipts) + 1, body, now)
            case do.Deliver():
                whole = device.store.segment(command.stream, command.sequence)
                assert whole is not None, "what is not durable must not be delivered"
                segment = whole.cut(command.start, command.stop)
                taken = device.taken.setdefault(command.stream.sink, {})
                known = taken.setdefault(segment.idempotency_key(device.name), segment.data)
                assert known == segment.data, "one key, two contents"
                body.later(SINK_US, happened.Delivered(command.stream, command.sequence))
            case do.Reply():
                device.replies[command.request] = command

    def _read(self, job: str, number: int, body: Body, now: Instant) -> None:
        batch = Batch("p", self.device.sensor(number), now.after(SECOND), position=number)
        body.later(SECOND, happened.BatchRead(job, batch, number, "p", b"%d" % (number + 1)))
