"""Anti-entropy between two replicas of one twin, as a machine without I/O: messages in, commands out.

Any message may be lost, doubled, reordered, or come from before a restart; nothing is queued while a link is down. Each
arrives sealed by its sender (`edge_orch.trust.seal`), which is its digest and its proof of origin.

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
8. A message of another twin changes nothing and is reported as `Ignored`.
9. What we believe the peer to have decides only whether news is sent unasked; a wrong belief costs a round trip.
10. Epochs only go up. A peer in an earlier epoch is sent a `Roll`; one in a later epoch a `Have`, which asks for it.
11. A `Roll` is taken whole or refused whole, and nothing is said until it is durable. What we wrote and its root cannot
    know of is carried over: no fact is lost between two epochs.
12. The agent (`decides`) rolls, when the controller has all that it has and nothing is on its way to the disk; or
    alone, when there is no more room. Should two replicas begin one epoch differently (an agent restored from a
    backup), the controller's stands.
13. A peer that speaks no protocol version of ours is left alone and reported; nothing of its messages is read.

The caller calls `open` when the link comes up and every T ± 20 % from then on, which repairs any loss; `persisted` when
changes have become durable, its own or the peer's; and performs the commands in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from edge_orch.errors import Refused
from edge_orch.twin.admission import Allow
from edge_orch.twin.change import Change, Vector, covers
from edge_orch.twin.commands import Begin, Ignored, Persist, Quarantine, SyncCommand, SyncMessage, Transmit
from edge_orch.twin.epoch import Places, Rolled, is_root, read_root
from edge_orch.twin.facts import Fact, Section
from edge_orch.twin.gate import Inspected, read_header
from edge_orch.twin.replica import Replica
from edge_orch.twin.rolling import follow, roll
from edge_orch.wire.messages import MAX_DELTA, SPOKEN, Delta, Have, Roll, common_protocol

Admit = Callable[[Section, str, str, str | None], bool]
"""(section, key, text, what stands there) → whether a root that the peer brings may hold the text."""


class SyncSession:
    """Our end of the exchange about one twin with one peer. `boot` names this process to the peer.

    `decides`: this is the agent whose twin it is. `admit`: which facts a root may hold that the peer brings; an agent
    believes its controller.
    """

    def __init__(
        self,
        replica: Replica,
        *,
        doc: str,
        boot: bytes,
        allow: Allow,
        decides: bool = False,
        admit: Admit = lambda *_: True,
    ) -> None:
        self.replica = replica
        self._doc = doc
        self._boot = boot
        self._allow = allow
        self._decides = decides
        self._admit = admit
        self._owed: set[bytes] = set()  # hashes of the peer's changes that await durability
        self._peer: Vector | None = None  # 9: what the peer said it has, and what we have sent it since
        self._said: Vector = {}  # what the peer said last that it has, in this epoch
        self._rolling = False  # 11
        self._begun_here = False

    @property
    def level(self) -> bool:
        """Whether, as far as we know, the peer has what we have, and nothing of it awaits durability."""
        return self._peer == self.replica.vector() and not self._owed

    @property
    def rolling(self) -> bool:
        """Whether a new epoch is on its way to the disk: nothing may be said of it."""
        return self._rolling

    def have(self) -> Have:
        """What we durably have, for the peer."""
        return Have(self._doc, self.replica.epoch.number, self.replica.vector(), self.replica.heads(), self._boot)

    def open(self) -> list[SyncCommand]:
        """Say what we have: when the link comes up, and periodically."""
        return [] if self._rolling else [self._have()]

    def receive(self, message: SyncMessage, read: Sequence[Inspected] | None = None) -> list[SyncCommand]:
        """Take a message whose sender is proven. `read`: the changes of a `Delta`, if they were tried elsewhere."""
        if foreign := self._foreign(message):
            return [Ignored(foreign)]
        if self._rolling:
            return []  # 11
        try:
            return self._roll(message) if isinstance(message, Roll) else self._take(message, read)
        except Refused as error:
            return [Quarantine(str(error))]

    def persisted(self, changes: Iterable[Change]) -> list[SyncCommand]:
        """These changes are durable now: acknowledge the peer's, and send our own to a peer that has the rest.

        Changes of an epoch that is over count no more.
        """
        done = tuple(change for change in changes if self.replica.holds(change.hash))
        self.replica.persisted(done)
        theirs = self._owed.intersection(change.hash for change in done)
        self._owed -= theirs
        if self._rolling:
            self._rolling = not self.replica.rooted
            return [] if self._rolling else [self._root() if self._begun_here else self._followed()]
        if theirs:
            return [self._have()]  # 1
        if self._peer is None:
            return [self._have()] if done else []
        news = self.replica.changes_since(self._peer)
        if not news or {change.hash for change in news} - {change.hash for change in done}:
            return []  # the peer is further behind; its own Haves drive it forward
        return [self._send(news)]

    @property
    def may_roll(self) -> bool:
        """Whether the next epoch may begin now: it is ours to decide, and everybody has everything."""
        return self.may_roll_alone and covers(self._said, self.replica.vector())  # 12

    @property
    def may_roll_alone(self) -> bool:
        """Whether it may begin now whatever the peer has."""
        return self._decides and not self._rolling and self.replica.settled and self.replica.rooted

    def roll(self, gone: Places, news: Iterable[Fact] = (), *, alone: bool = False) -> list[SyncCommand]:
        """Begin the next epoch without the facts in `gone` and with the news, if this may be now and is worth it."""
        may = self.may_roll_alone if alone else self.may_roll
        begun = roll(self.replica, gone, news, alone=alone) if may else None
        return self._begin(*begun, here=True) if begun else []

    def link_down(self) -> None:
        """What the peer had may be gone when it comes back: it may be another one, restored from a backup."""
        self._said = {}

    def _foreign(self, message: SyncMessage) -> str:
        """Why the message is not for this session; empty if it is."""
        if message.doc != self._doc:
            return f"a message about twin {message.doc!r}; this session is about {self._doc!r}"  # 8
        if isinstance(message, Have) and common_protocol(message.speaks) is None:
            low, high = message.speaks
            return f"the peer speaks protocols {low} to {high}, and we {SPOKEN[0]} to {SPOKEN[1]}"  # 13
        return ""

    def _take(self, message: Have | Delta, read: Sequence[Inspected] | None) -> list[SyncCommand]:
        if message.epoch != self.replica.epoch.number or not self._same_root(message.vector):
            return self._elsewhere(message)
        self._check_our_actor(message.vector)
        self._said = dict(message.vector)
        return self._had(message) if isinstance(message, Have) else self._delta(message, read)

    def _begin(self, fresh: Replica, rolled: Rolled, *, here: bool = False) -> list[SyncCommand]:
        self.replica, self._begun_here = fresh, here
        self._owed, self._said, self._rolling = set(), {}, True
        self._peer = None if here else {fresh.epoch.root: fresh.epoch.length}
        return [Begin(rolled)]

    def _followed(self) -> Transmit:
        """What we carried over to a peer that has the root; both acknowledge it."""
        news = self.replica.changes_since(self._peer or {})
        return self._send(news) if news else self._have()

    def _same_root(self, vector: Vector) -> bool:
        """Whether the peer, in an epoch of our number, has its root, and no other."""
        roots = {actor: seq for actor, seq in vector.items() if is_root(actor)}
        epoch = self.replica.epoch
        return roots == ({epoch.root: epoch.length} if epoch.length else {}) and self.replica.rooted

    def _elsewhere(self, message: Have | Delta) -> list[SyncCommand]:
        """The peer is in another epoch, or has begun this one differently, or one of us has lost its root."""
        epoch = self.replica.epoch
        ours_stands = epoch.number > message.epoch or (epoch.number == message.epoch and not self._yields(message))
        return [self._root() if ours_stands else self._have()]  # 10

    def _yields(self, message: Have | Delta) -> bool:
        """Whether we take the peer's root, of an epoch with our number."""
        other = any(is_root(actor) and actor != self.replica.epoch.root for actor in message.vector)
        return not self.replica.rooted or (self._decides and other)  # 12

    def _roll(self, message: Roll) -> list[SyncCommand]:
        epoch = self.replica.epoch
        if message.epoch < epoch.number:
            return [Ignored(f"the root of epoch {message.epoch}; this twin is in epoch {epoch.number}")]  # 10
        if message.epoch == epoch.number:
            root = read_root(message.epoch, message.changes, self._may_bring)
            if root[0].change.actor == epoch.root:
                # A root of ours that is damaged is mended in the store, and whole from the next start on.
                return [] if self.replica.rooted else [Persist(tuple(item.change for item in root))]
            if not self._decides:
                return [self._root()]  # 12
        return self._begin(*follow(self.replica, message.epoch, message.past, message.changes, self._may_bring))

    def _may_bring(self, section: Section, key: str, text: str) -> bool:
        return self._admit(section, key, text, self.replica.text(section, key))

    def _root(self) -> Transmit:
        epoch = self.replica.epoch
        changes = [change.raw for change in self.replica.changes_since({}) if change.actor == epoch.root]
        return Transmit(Roll(self._doc, epoch.number, epoch.past, tuple(changes), self._boot))

    def _had(self, have: Have) -> list[SyncCommand]:
        ours = self.replica.vector()
        self._peer = dict(have.vector)
        if covers(ours, have.vector) and not all(self.replica.knows(head) for head in have.heads):
            return [Quarantine("the peer has other content under sequence numbers that we know")]  # 6
        if not covers(have.vector, ours):
            return [self._send(self.replica.changes_since(have.vector))]  # 4
        if covers(ours, have.vector) or self._owed:
            return []  # the Have after the Persist will answer: what awaits durability is not asked for again
        return [self._have()]

    def _delta(self, delta: Delta, read: Sequence[Inspected] | None) -> list[SyncCommand]:
        self._peer = dict(delta.vector)
        complete = covers(self.replica.vector(), delta.base)
        replica = self.replica
        news = replica.apply(delta.changes, self._allow) if read is None else replica.merge(read, self._allow)  # 2
        if news:
            self._owed.update(change.hash for change in news)
            return [Persist(tuple(news))]  # 1
        if self._owed:
            return []  # the Have after the Persist will answer this one too
        if complete and not all(self.replica.holds(read_header(raw).hash) for raw in delta.changes):
            return [Quarantine("the peer's changes build on other content under sequence numbers that we know")]  # 5
        return [self._have()]

    def _check_our_actor(self, vector: Vector) -> None:
        actor = self.replica.actor
        if vector.get(actor, 0) > self.replica.vector().get(actor, 0):
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
        return Transmit(Delta(self._doc, self.replica.epoch.number, raws, self.replica.vector(), self._boot, base))
