"""A peer for simulated worlds: a sync session, its disk, and faults of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from edge_orch.errors import Invalid, Refused
from edge_orch.testing.world import Body
from edge_orch.time import MILLISECOND, SECOND, Instant
from edge_orch.trust.keys import PrivateKey
from edge_orch.trust.seal import open_sealed, seal
from edge_orch.twin.actor import Writer, new_actor
from edge_orch.twin.change import Change
from edge_orch.twin.commands import Begin, Ignored, Persist, Quarantine, SyncCommand, SyncMessage, Transmit
from edge_orch.twin.document import TwinDocument
from edge_orch.twin.epoch import Epoch
from edge_orch.twin.facts import Fact, Section
from edge_orch.twin.gate import inspect
from edge_orch.twin.replica import Replica
from edge_orch.twin.sync import SyncSession
from edge_orch.wire.messages import Roll, decode_message, encode_message
from tests.unit.twin.examples import AGENT, allow

PERIOD = 5 * SECOND
COMMIT = 20 * MILLISECOND
KEY = PrivateKey(b"p" * 32)


class Disk:
    """What survives a crash. `boots` counts openings, so that no actor comes back even after a restore."""

    def __init__(self) -> None:
        self.rows: dict[tuple[bytes, int], Change] = {}
        self.epoch = Epoch()
        self.told: set[tuple[Section, str]] = set()  # wherever a change that was durable here wrote
        self.archive: list[tuple[Section, str, str]] = []
        self.backup: tuple[dict[tuple[bytes, int], Change], Epoch] = ({}, Epoch())
        self.boots = 0
        self.quarantines: list[str] = []
        self.ignored: list[str] = []
        self.acknowledged: set[bytes] = set()  # our changes that the peer said are durable with it

    def back_up(self) -> None:
        self.backup = (dict(self.rows), self.epoch)

    def restore(self) -> None:
        rows, self.epoch = self.backup
        self.rows = dict(rows)
        self.acknowledged.clear()


class Started(msgspec.Struct, frozen=True):
    pass


class Woke(msgspec.Struct, frozen=True):
    pass


class Received(msgspec.Struct, frozen=True):
    data: bytes


class Written(msgspec.Struct, frozen=True):
    facts: tuple[Fact, ...]


class Committed(msgspec.Struct, frozen=True):
    changes: tuple[Change, ...]


class Commit(msgspec.Struct, frozen=True):
    changes: tuple[Change, ...]


class RollOver(msgspec.Struct, frozen=True):
    """Begin a new epoch without these facts."""

    gone: tuple[tuple[Section, str], ...]


class Peer:
    """One replica as a host. `broken`: acknowledges and counts before anything is durable (must fail the tests)."""

    def __init__(self, writer: Writer, disk: Disk, other: str, *, reuse_actor: bool = False, eager: bool = False):
        disk.boots += 1
        nonce = (1 if reuse_actor else disk.boots).to_bytes(8, "big")
        rows = list(disk.rows.values())
        self.disk, self.other, self.eager = disk, other, eager
        replica = self._open(new_actor(writer, AGENT, nonce), rows)
        self.session = SyncSession(replica, doc=AGENT, boot=nonce, allow=allow, decides=writer == "agent")
        self._wake_us = 0

    @property
    def replica(self) -> Replica:
        return self.session.replica

    def _open(self, actor: bytes, rows: list[Change]) -> Replica:
        try:
            return Replica.open(AGENT, actor, rows, epoch=self.disk.epoch)
        except Invalid:  # only a broken peer uses an actor again: deceive the replica the way a bug would
            replica = Replica.open(AGENT, new_actor("controller", "x", b"deceived"), rows, epoch=self.disk.epoch)
            replica.actor = actor
            replica._document = TwinDocument(actor, replica._document._document)
            return replica

    def started(self) -> Started:
        return Started()

    def woke(self) -> Woke:
        return Woke()

    def received(self, _: str, payload: bytes) -> Received:
        return Received(payload)

    def wake_at(self) -> int | None:
        return self._wake_us

    def handle(self, event: Any, now: Instant) -> list[SyncCommand | Commit]:
        match event:
            case Started() | Woke():
                self._wake_us = now.mono_us + PERIOD
                return list(self.session.open())
            case Received(data):
                return list(self._received(data))
            case Written(facts):
                return [Commit(tuple(self.replica.edit(facts)))]
            case RollOver(gone):
                return list(self.session.roll(gone))
            case Committed(changes):
                return list(self.session.persisted(changes))
            case _:
                raise AssertionError(event)

    def _received(self, data: bytes) -> list[SyncCommand]:
        try:
            message = decode_message(open_sealed(data, {"peer": KEY.public}.get).body)
        except Refused:
            return []  # damaged on the way
        if not isinstance(message, SyncMessage):
            return []
        self._note_acknowledged(message)
        return self.session.receive(message)

    def perform(self, command: Any, body: Body, _: Instant) -> None:
        match command:
            case Transmit(message):
                body.send(self.other, seal(KEY, "peer", encode_message(message)))
            case Persist(changes) | Commit(changes):
                if self.eager:
                    body.later(0, Committed(changes))
                    return
                self._store(changes)
                body.later(COMMIT, Committed(changes))
            case Begin(rolled):
                self.disk.rows = {(change.actor, change.seq): change for change in rolled.changes}
                self.disk.epoch = rolled.epoch
                self.disk.archive.extend(rolled.left)
                body.later(COMMIT, Committed(rolled.changes))
            case Quarantine(reason):
                self.disk.quarantines.append(reason)
            case Ignored(reason):
                self.disk.ignored.append(reason)
            case _:
                raise AssertionError(command)

    def _store(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.disk.rows[change.actor, change.seq] = change
            self.disk.told |= {(write.section, write.key) for write in inspect(change.raw).writes}

    def _note_acknowledged(self, message: SyncMessage) -> None:
        if isinstance(message, Roll) or message.epoch != self.replica.epoch.number:
            return
        ours = self.replica.changes_since({})
        self.disk.acknowledged |= {change.hash for change in ours if message.vector.get(change.actor, 0) >= change.seq}
