"""An agent in the simulated world: a real AgentCore on a device."""

from __future__ import annotations

import msgspec
from edge_orch_agent.core import commands as do
from edge_orch_agent.core import events as happened
from edge_orch_agent.core.agent_core import AgentCore
from edge_orch_agent.core.identity import AgentIdentity
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.transaction import ALERTS, PositionKey, StreamId, Transaction

from edge_orch.engine.records import Batch
from edge_orch.errors import EdgeOrchError
from edge_orch.testing.world import Body
from edge_orch.time import MILLISECOND, SECOND, Instant
from edge_orch.trust.keys import PublicKey
from edge_orch.trust.seal import open_sealed, seal
from edge_orch.twin.epoch import is_root
from edge_orch.twin.facts import Section
from edge_orch.twin.gate import inspect
from edge_orch.wire.messages import Delta, Have, Telemetry, decode_message
from tests.simulation.device import Device, Disk
from tests.simulation.releases import NEWS, Release, spoken

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


class BatchDue(msgspec.Struct, frozen=True):
    """The sensor has made this batch. `turn`: of the source's readings; an earlier one's batches never come."""

    job: str
    turn: int
    number: int


class DiskReached(msgspec.Struct, frozen=True):
    """The disk has come to this transaction: power may fail just before, just after, or not at all."""

    ticket: int
    transaction: Transaction
    essential: bool


class MergeReached(msgspec.Struct, frozen=True):
    """The disk has come to this merge."""

    stream: StreamId
    first: int
    last: int


Event = happened.Event | BatchDue | DiskReached | MergeReached
Command = do.Command | DiskReached | MergeReached


class AgentHost:
    """One life of the agent. `of_controller`: hashes of the twin's changes that the controller has made durable."""

    def __init__(
        self, device: Device, controller_key: PublicKey, boot: str, settings: Settings, of_controller: set[bytes]
    ) -> None:
        device.boots += 1
        self.device = device
        self._controller_key = controller_key
        self._of_controller = of_controller
        self._turns: dict[str, int] = {}
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
        stored = device.store.load()
        device.account.loaded(stored)
        self.core = AgentCore(identity, stored, settings)
        self._wakes_at: int | None = None

    def started(self) -> Event:
        return happened.Started()

    def woke(self) -> Event:
        return happened.Woke()

    def received(self, source: str, payload: bytes | ArtifactServed) -> Event:  # noqa: ARG002 -- one peer
        if isinstance(payload, ArtifactServed):
            return happened.ArtifactFetched(payload.digest, payload.envelope)
        try:
            sealed = open_sealed(payload, {CONTROLLER: self._controller_key}.get)
        except EdgeOrchError:
            self.device.happened["refused at the seal"] += 1
            return happened.Woke()  # damaged on the way: as if nothing had come
        return happened.MessageReceived(decode_message(sealed.body))

    def handle(self, event: Event, now: Instant) -> list[Command]:
        match event:
            case DiskReached() | MergeReached():
                return [event]
            case BatchDue(job, turn, number):
                if self._turns.get(job) != turn:
                    return []
                batch = Batch("p", self.device.batch(number), now, position=number)
                event = happened.BatchRead(job, batch, number, {"p": b"%d" % (number + 1)})
        commands: list[Command] = [*self.core.handle(event, now)]
        self._wakes_at = self.core.wake_at()
        return commands

    def wake_at(self) -> int | None:
        return self._wakes_at

    def perform(self, command: Command, body: Body, now: Instant) -> None:  # noqa: ARG002 -- the host's shape
        device = self.device
        match command:
            case do.Commit(ticket, transaction, essential):
                body.later(DISK_US, DiskReached(ticket, transaction, essential))
            case DiskReached():
                self._write(command, body)
            case do.Send(message):
                if isinstance(message, Have | Delta):
                    device.account.said(message.vector)
                device.happened[f"agent of {device.release} release"] += 1
                body.send(CONTROLLER, seal(device.key, device.name, spoken(message, device.release)))
                if device.release is Release.NEXT and isinstance(message, Telemetry):
                    body.send(CONTROLLER, seal(device.key, device.name, NEWS))
            case do.Fetch(digest):
                body.send(CONTROLLER, ArtifactAsked(digest))
                body.later(FETCH_TIMEOUT_US, happened.ArtifactFailed(digest, "no answer"))
            case do.StartSource(job, _, positions):
                # What the broker still keeps and the position counts is a redelivery: the source drops it.
                device.kept[job] = max(device.kept.get(job, 0), int(positions.get("p", b"0")))
                self._read(job, body)
            case do.StopSource(job):
                self._turns[job] += 1
            case do.Acknowledge(job, receipts):
                device.account.acknowledged(PositionKey(job, "p"), max(receipts))
                device.kept[job] = max(device.kept[job], max(receipts) + 1)
                self._read(job, body)
            case do.Deliver():
                self._deliver(command, body)
            case do.Merge(stream, first, last):
                body.later(DISK_US, MergeReached(stream, first, last))
            case MergeReached():
                self._merge(command, body)
            case do.Reply(request, key, problem):
                device.replies[request] = command
                if problem is None:
                    device.account.replied(key)

    def _write(self, write: DiskReached, body: Body) -> None:
        device = self.device
        if device.disk.refuses(write.essential):
            device.happened[f"disk {device.disk}"] += 1
            full = device.disk is not Disk.BROKEN
            body.later(0, happened.CommitFailed(write.ticket, "no space left on device", full))
            return
        device.account.committed(write.transaction, self._of_controller)
        device.store.commit(write.transaction)
        device.happened["episodes only counted"] += _counts_episodes(write.transaction)
        body.later(0, happened.Committed(write.ticket))

    def _merge(self, merge: MergeReached, body: Body) -> None:
        device = self.device
        merged = None if device.disk is not Disk.FINE else device.store.merge(merge.stream, merge.first, merge.last)
        if merged is not None:
            device.account.merged(merge.first, merged)
        body.later(0, happened.Merged(merge.stream, merge.first, merged))

    def _deliver(self, command: do.Deliver, body: Body) -> None:
        device, stream = self.device, command.stream
        whole = device.store.segment(stream, command.sequence)
        assert whole is not None, "what is not durable must not be delivered"
        segment = whole.cut(command.start, command.stop)
        failure = device.receive(segment)
        if failure in ("", "rejected", "no answer"):
            device.account.arrived(stream, command.sequence)
            if stream.output == ALERTS:
                device.account.notified(segment, segment.idempotency_key(device.name))
        if failure:
            rejected = failure == "rejected"
            body.later(SINK_US, happened.DeliveryFailed(stream, command.sequence, rejected, failure))
        else:
            body.later(SINK_US, happened.Delivered(stream, command.sequence))

    def _read(self, job: str, body: Body) -> None:
        turn = self._turns[job] = self._turns.get(job, 0) + 1
        number = self.device.kept[job]
        body.later(self.device.next_batch_us(number), BatchDue(job, turn, number))


def _counts_episodes(transaction: Transaction) -> bool:
    """Whether the twin begins anew without episodes that the controller has not heard of."""
    changes = (change for rolled in transaction.rolls for change in rolled.changes if not is_root(change.actor))
    return any(write.section is Section.LATER for change in changes for write in inspect(change.raw).writes)
