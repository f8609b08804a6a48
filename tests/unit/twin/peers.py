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
from edge_orch.twin.facts import Fact
from edge_orch.twin.replica import Replica
from edge_orch.twin.sync import Ignored, Persist, Quarantine, SyncCommand, SyncSession, Transmit
from edge_orch.wire.messages import Delta, Have, decode_message, encode_message
from tests.unit.twin.examples import AGENT, allow

PERIOD = 5 * SECOND
COMMIT = 20 * MILLISECOND
KEY = PrivateKey(b"p" * 32)


class Disk:
    """What survives a crash. `boots` counts openings, so that no actor comes back even after a restore."""

    def __init__(self) -> None:
        self.rows: dict[tuple[bytes, int], Change] = {}
        self.backup: dict[tuple[bytes, int], Change] = {}
        self.boots = 0
        self.quarantines: list[str] = []
        self.ignored: list[str] = []
        self.acknowledged: set[bytes] = set()  # our changes that the peer said are durable with it

    def restore(self) -> None:
        self.rows = dict(self.backup)
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


class Peer:
    """One replica as a host. `broken`: acknowledges and counts before anything is durable (must fail the tests)."""

    def __init__(self, writer: Writer, disk: Disk, other: str, *, reuse_actor: bool = False, eager: bool = False):
        disk.boots += 1
        nonce = (1 if reuse_actor else disk.boots).to_bytes(8, "big")
        rows = list(disk.rows.values())
        self.disk, self.other, self.eager = disk, other, eager
        self.replica = self._open(new_actor(writer, AGENT, nonce), rows)
        self.session = SyncSession(self.replica, doc=AGENT, boot=nonce, allow=allow)
        self._wake_us = 0

    @staticmethod
    def _open(actor: bytes, rows: list[Change]) -> Replica:
        try:
            return Replica.open(AGENT, actor, rows)
        except Invalid:  # only a broken peer uses an actor again: deceive the replica the way a bug would
            replica = Replica.open(AGENT, new_actor("controller", "x", b"deceived"), rows)
            replica.actor = actor
            replica._document.set_actor(actor)
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
                try:
                    message = decode_message(open_sealed(data, {"peer": KEY.public}.get).body)
                except Refused:
                    return []  # damaged on the way
                if not isinstance(message, Have | Delta):
                    return []
                self._note_acknowledged(message)
                return list(self.session.receive(message))
            case Written(facts):
                return [Commit(tuple(self.replica.edit(facts)))]
            case Committed(changes):
                return list(self.session.persisted(changes))
            case _:
                raise AssertionError(event)

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
            case Quarantine(reason):
                self.disk.quarantines.append(reason)
            case Ignored(reason):
                self.disk.ignored.append(reason)
            case _:
                raise AssertionError(command)

    def _store(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.disk.rows[change.actor, change.seq] = change

    def _note_acknowledged(self, message: Have | Delta) -> None:
        ours = self.replica.changes_since({})
        self.disk.acknowledged |= {change.hash for change in ours if message.vector.get(change.actor, 0) >= change.seq}
