"""Anti-entropy between two replicas of one twin, as a machine without I/O: messages in, commands out.

Any message may be lost, doubled, reordered, or come from before a restart; nothing is queued while a link is down.

1. Durable first. A change is sent, counted in a vector, or acknowledged only when it is durable here. The `Have`
   after a `Persist` *is* the acknowledgement; a broker's is not.
2. All or nothing. Of a `Delta` with one change that is refused, nothing is applied.
3. A `Delta` holds what its `base` lacks, causes first, in at most `MAX_DELTA` bytes.
4. One message in, at most one message out. A `Have` is answered by a `Delta` if its sender lacks something, else by
   a `Have` if we do, else by nothing. So exchanges cannot multiply, they stop when both are equal, and a long history
   travels one `Delta` per round trip instead of all at once.
5. An honest `Delta` whose base we have can be applied; if it cannot, one sequence number has two contents. One whose
   base we do not have (something was lost, or we were restored from a backup) is answered by a `Have`.
6. A peer whose vector is covered by ours can have no head we do not know; if it has one, one sequence number has two
   contents. Both, like every refusal, are reported as `Quarantine`, and nothing is answered.
7. Nobody else writes under our actor.
8. A message of another twin or epoch changes nothing and is reported as `Ignored`.
9. What we believe the peer to have decides only whether news is sent unasked; a wrong belief costs a round trip.

The caller calls `open` when the link comes up and every T ± 20 % from then on, which repairs any loss; `persisted` when
changes have become durable, its own or the peer's; and performs the commands in order.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from edge_orch.errors import Refused
from edge_orch.twin.change import Change, Vector
from edge_orch.twin.replica import Allow, Replica
from edge_orch.wire.messages import MAX_DELTA, Delta, Have

EPOCH = 0
"""The only epoch there is until documents are rolled."""


class Persist(msgspec.Struct, frozen=True):
    """Make these changes of the peer durable, then call `persisted` with them.

    A row that is there already is replaced: it holds the same, or it was damaged.
    """

    changes: tuple[Change, ...]


class Transmit(msgspec.Struct, frozen=True):
    """Send the message if the link is up; otherwise forget it."""

    message: Have | Delta


class Quarantine(msgspec.Struct, frozen=True):
    """The peer broke the rules; nothing of its message was taken. Show the reason; the twins may stay apart."""

    reason: str


class Ignored(msgspec.Struct, frozen=True):
    """A message that is not for this session, such as one of another epoch; nothing was done."""

    reason: str


SyncCommand = Persist | Transmit | Quarantine | Ignored


class SyncSession:
    """Our end of the exchange about one twin with one peer. `boot` names this process to the peer."""

    def __init__(self, replica: Replica, *, doc: str, boot: bytes, allow: Allow) -> None:
        self._replica = replica
        self._doc = doc
        self._boot = boot
        self._allow = allow
        self._owed: set[bytes] = set()  # hashes of the peer's changes that await durability
        self._peer: Vector | None = None  # 9: what the peer said it has, and what we have sent it since

    @property
    def level(self) -> bool:
        """Whether, as far as we know, the peer has what we have, and nothing of it awaits durability."""
        return self._peer == self._replica.vector() and not self._owed

    def have(self) -> Have:
        """What we durably have, for the peer."""
        return Have(self._doc, EPOCH, self._replica.vector(), self._replica.heads(), self._boot)

    def open(self) -> list[SyncCommand]:
        """Say what we have: when the link comes up, and periodically."""
        return [self._have()]

    def receive(self, message: Have | Delta) -> list[SyncCommand]:
        """Take a message whose sender is proven."""
        if message.doc != self._doc or message.epoch != EPOCH:
            found = f"a message about twin {message.doc!r}, epoch {message.epoch}"
            return [Ignored(f"{found}; this session is about {self._doc!r}, epoch {EPOCH}")]  # 8
        try:
            self._check_our_actor(message.vector)
            return self._had(message) if isinstance(message, Have) else self._delta(message)
        except Refused as error:
            return [Quarantine(str(error))]

    def persisted(self, changes: Iterable[Change]) -> list[SyncCommand]:
        """These changes are durable now: acknowledge the peer's, and send our own to a peer that has the rest."""
        done = tuple(changes)
        self._replica.persisted(done)
        theirs = self._owed.intersection(change.hash for change in done)
        self._owed -= theirs
        if theirs:
            return [self._have()]  # 1
        if self._peer is None:
            return [self._have()]
        news = self._replica.changes_since(self._peer)
        if not news or {change.hash for change in news} - {change.hash for change in done}:
            return []  # the peer is further behind; its own Haves drive it forward
        return [self._send(news)]

    def _had(self, have: Have) -> list[SyncCommand]:
        ours = self._replica.vector()
        self._peer = dict(have.vector)
        if covers(ours, have.vector) and not all(self._replica.knows(head) for head in have.heads):
            return [Quarantine("the peer has other content under sequence numbers that we know")]  # 6
        if not covers(have.vector, ours):
            return [self._send(self._replica.changes_since(have.vector))]
        return [] if covers(ours, have.vector) else [self._have()]

    def _delta(self, delta: Delta) -> list[SyncCommand]:
        self._peer = dict(delta.vector)
        complete = covers(self._replica.vector(), delta.base)
        news = self._replica.apply(delta.changes, self._allow)  # 2
        if news:
            self._owed.update(change.hash for change in news)
            return [Persist(tuple(news))]  # 1
        if self._owed:
            return []  # the Have after the Persist will answer this one too
        if complete and not all(self._replica.merged(raw) for raw in delta.changes):
            return [Quarantine("the peer's changes build on other content under sequence numbers that we know")]  # 5
        return [self._have()]

    def _check_our_actor(self, vector: Vector) -> None:
        actor = self._replica.actor
        if vector.get(actor, 0) > self._replica.vector().get(actor, 0):
            raise Refused(f"the peer has changes by our own actor {actor.hex()} that we did not make")  # 7

    def _have(self) -> Transmit:
        return Transmit(self.have())

    def _send(self, news: list[Change]) -> Transmit:
        """As much of `news` as one Delta holds, from what the peer has."""
        size, count = 0, 0
        base = dict(self._peer or {})
        sent = dict(base)
        for change in news:
            size += len(change.raw)
            if count and size > MAX_DELTA:
                break  # 3
            sent[change.actor] = change.seq
            count += 1
        self._peer = sent
        raws = tuple(change.raw for change in news[:count])
        return Transmit(Delta(self._doc, EPOCH, raws, self._replica.vector(), self._boot, base))


def covers(mine: Vector, theirs: Vector) -> bool:
    """Whether everything that `theirs` counts is in `mine`."""
    return all(mine.get(actor, 0) >= seq for actor, seq in theirs.items())
