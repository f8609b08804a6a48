"""A replica of one twin: its facts, its changes, and which of them are durable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from edge_orch.errors import Invalid, Problem
from edge_orch.twin import gate
from edge_orch.twin.actor import ACTOR_BYTES, new_actor
from edge_orch.twin.admission import Admission, Allow
from edge_orch.twin.change import Change, Vector
from edge_orch.twin.contents import Contents
from edge_orch.twin.document import TwinDocument
from edge_orch.twin.encoding import batches, encode_fact
from edge_orch.twin.epoch import Epoch, Texts, actor_in, root_actor
from edge_orch.twin.facts import Fact, Facts, Section
from edge_orch.twin.gate import MAX_OPERATIONS, Inspected
from edge_orch.twin.genesis import GENESIS_ACTOR
from edge_orch.twin.hand import Hand, unsigned
from edge_orch.twin.log import ChangeLog, Linked
from edge_orch.twin.rights import REPLACEABLE, may_write

__all__ = ["Allow", "Replica", "new_actor"]

_EDIT_BYTES = 32 * 1024  # of keys and texts in one change of ours; leaves room below gate.MAX_CHANGE


class Replica:
    """One twin in memory, and the account of which of its changes are durable.

    `vector`, `heads` and `changes_since` speak of durable changes only: what is not durable here is never sent and
    never acknowledged. `facts` speaks of everything merged so far.
    """

    def __init__(self, doc: str, actor: bytes, hand: Hand | None = None, epoch: Epoch | None = None) -> None:
        """The empty twin of the agent `doc`; `open` is the way to one with a past, `begun` to a new epoch.

        `hand`: of a controller; signs what is written here, and lets its own facts in again, whoever brings them.
        """
        if len(actor) != ACTOR_BYTES or actor == GENESIS_ACTOR:
            raise Invalid(Problem("not an actor", expected=f"{ACTOR_BYTES} bytes of new_actor", found=actor.hex()))
        self.doc = doc
        self.actor = actor
        self.epoch = epoch or Epoch()
        self.unusable: tuple[Change, ...] = ()
        """Rows of the store that are damaged, or that stand behind a change which is missing. A peer may heal them."""
        self._hand = hand
        self._document = TwinDocument(actor)
        self._contents = Contents()
        self._merged = ChangeLog()
        self._durable = ChangeLog()
        self._becoming_durable: list[Linked] = []
        self._admission = Admission(doc, actor, self._merged, self._contents, hand)

    @classmethod
    def open(
        cls, doc: str, actor: bytes, changes: Iterable[Change], hand: Hand | None = None, epoch: Epoch | None = None
    ) -> Replica:
        """The twin of the agent `doc` whose durable changes are `changes`, in any order.

        Rows that are missing or damaged are tolerated: see `unusable`. Raises `Invalid` when `actor` has written
        before: an actor is minted anew for each boot.
        """
        replica = cls(doc, actor, hand, epoch)
        linked, unusable = [], []
        for change in changes:
            if change.actor == actor:
                raise Invalid(Problem("this actor has written before", expected="a fresh nonce", found=actor.hex()))
            item = Linked.of(change)
            if item is None:
                unusable.append(change)
            else:
                linked.append(item)
        blocked = replica._merged.add_all(linked)
        replica._durable.add_all(linked)
        replica.unusable = (*unusable, *(item.change for item in blocked))
        replica._document.read([change.raw for change in replica._merged.since({})])
        for place in replica._document.texts():
            replica._contents.put(*place)
        return replica

    def begun(self, epoch: Epoch, root: Sequence[Inspected]) -> Replica:
        """This twin in another epoch, with the facts of its root and nothing durable. Raises `Refused`."""
        fresh = Replica(self.doc, actor_in(self.actor, epoch.number), self._hand, epoch)
        fresh._merge(root, tried=False)
        return fresh

    def root(self, number: int, texts: Texts) -> list[bytes]:
        """The changes with which the epoch of this number begins, holding these facts: the same, the same bytes."""
        writer = Replica(self.doc, root_actor(number, texts))
        return [writer._write(batch).raw for batch in batches(dict(sorted(texts.items())), _EDIT_BYTES, MAX_OPERATIONS)]

    @property
    def rooted(self) -> bool:
        """Whether the whole root of the epoch is durable here."""
        return self._durable.last(self.epoch.root) == self.epoch.length

    @property
    def settled(self) -> bool:
        """Whether all that is merged is durable."""
        return self._merged.vector() == self._durable.vector()

    @property
    def size(self) -> int:
        """Bytes of all changes."""
        return self._merged.size

    def texts(self) -> Texts:
        """Every fact, readable or not."""
        return self._contents.texts()

    def history(self) -> list[Change]:
        """Every change merged, durable or not, causes before effects."""
        return self._merged.since({})

    def facts(self) -> Facts:
        """All facts merged so far that this version can read."""
        return self._contents.facts()

    def text(self, section: Section, key: str) -> str | None:
        """The text that stands under a key, readable or not; None for nothing."""
        return self._contents.get(section, key)

    def unreadable(self) -> tuple[tuple[Section, str], ...]:
        """Where facts stand that this version cannot read; they are kept and passed on."""
        return self._contents.unreadable()

    def vector(self) -> Vector:
        """Actor → highest contiguous sequence number that is durable here."""
        return self._durable.vector()

    def heads(self) -> tuple[bytes, ...]:
        """Hashes of the durable changes that cause no other durable one, sorted."""
        return self._durable.heads()

    def changes_since(self, vector: Vector) -> list[Change]:
        """Every durable change above `vector`, causes before effects."""
        return self._durable.since(vector)

    def knows(self, hash_: bytes) -> bool:
        """Whether the change with that hash is durable here."""
        return hash_ in self._durable

    def holds(self, hash_: bytes) -> bool:
        """Whether the change with that hash is merged here, durable or not."""
        return hash_ in self._merged

    def edit(self, facts: Iterable[Fact]) -> list[Change]:
        """Write facts; returns the new changes, to be made durable and then handed to `persisted`.

        A fact that already stands there in the same words writes nothing. Raises `Invalid`, having changed nothing,
        when a fact is too large, is not this actor's to write, or would rewrite a key that is written once: a peer
        would refuse it, and all that comes after it.
        """
        texts: Texts = {}
        for fact in facts:
            section, key, text = encode_fact(fact)
            if not may_write(self.actor, self.doc, section, key):
                raise Invalid(Problem(f"{section}/{key} is not ours to write in the twin of {self.doc}"))
            standing = texts.get((section, key)) or self._contents.get(section, key)
            if standing is not None and unsigned(standing) == text:
                continue
            if standing is not None and section not in REPLACEABLE:
                raise Invalid(Problem(f"{section}/{key} is written once", expected=standing, found=text))
            texts[section, key] = self._hand.signed(self.doc, section, key, text) if self._hand else text
        return [self._write(batch) for batch in batches(texts, _EDIT_BYTES, MAX_OPERATIONS)]

    def persisted(self, changes: Iterable[Change]) -> None:
        """These changes are durable now: they count in `vector` and may be sent. Doing it twice does no harm.

        A change counts once its causes do, in whatever order they were made durable.
        """
        for change in changes:
            linked = self._merged.linked(change.hash)
            if linked is None:
                raise Invalid(
                    Problem("this change is not part of the twin", found=f"{change.hash.hex()} in {self.doc}")
                )
            self._becoming_durable.append(linked)
        self._becoming_durable = self._durable.add_all(self._becoming_durable)

    def apply(self, raw_changes: Sequence[bytes], allow: Allow) -> list[Change]:
        """Merge a peer's changes, all or none; returns those that were new, to be made durable.

        Known changes are skipped, and so is a change whose causes are not here: it will come again behind them.
        Raises `Refused`, having changed nothing, when any change is not of the kind replicas write, breaks the rights,
        rewrites what is written once, or gives a known sequence number to something else.
        """
        return self._merge(self._admission.admitted([gate.inspect(raw) for raw in raw_changes], allow), tried=False)

    def merge(self, read: Sequence[Inspected], allow: Allow) -> list[Change]:
        """`apply`, for changes that have been `tried` in a process of its own: nothing is done twice."""
        return self._merge(self._admission.admitted(read, allow), tried=True)

    def carry(self, texts: Texts) -> list[Change]:
        """Write facts as they stood in an earlier epoch; what stands here already writes nothing."""
        news = {place: text for place, text in texts.items() if self.text(*place) != text}
        return [self._write(batch) for batch in batches(news, _EDIT_BYTES, MAX_OPERATIONS)]

    def _merge(self, news: Sequence[Inspected], *, tried: bool) -> list[Change]:
        if not news:
            return []
        grown, texts = self._document.grown(news, tried=tried)
        self._merged.add_all(Linked(item.change, item.deps) for item in news)
        self._document = grown
        for place, text in texts.items():
            self._contents.put(*place, text)
        return [item.change for item in news]

    def _write(self, batch: Texts) -> Change:
        inspected = gate.inspect(self._document.write(batch))
        self._merged.add(Linked(inspected.change, inspected.deps))
        for (section, key), text in batch.items():
            self._contents.put(section, key, text)
        return inspected.change
