"""A log of changes in which every change stands behind its causes: the vector and the heads follow from it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from edge_orch.errors import Refused
from edge_orch.twin.change import Change, Vector
from edge_orch.twin.gate import read_header
from edge_orch.twin.genesis import GENESIS_HASH, GENESIS_LAMPORT


class Linked(msgspec.Struct, frozen=True):
    """A change and the hashes of its direct causes."""

    change: Change
    deps: tuple[bytes, ...]

    @classmethod
    def of(cls, change: Change) -> Linked | None:
        """A stored change with its causes; None when the row is damaged."""
        try:
            header = read_header(change.raw)
        except Refused:
            return None
        intact = (header.actor, header.seq, header.hash) == (change.actor, change.seq, change.hash)
        return cls(change, header.deps) if intact else None


class ChangeLog:
    """Grows only, without gaps: an actor's changes are here from the first to the one that the vector names.

    The genesis change is in every log and counts in none.
    """

    def __init__(self) -> None:
        self.size = 0
        """Bytes of all changes but the genesis."""
        self._by_hash: dict[bytes, Linked] = {}
        self._by_actor: dict[bytes, list[Change]] = {}
        self._heads = {GENESIS_HASH}

    def __contains__(self, hash_: bytes) -> bool:
        return hash_ == GENESIS_HASH or hash_ in self._by_hash

    def linked(self, hash_: bytes) -> Linked | None:
        """The change with that hash; None for the genesis and for what is not here."""
        return self._by_hash.get(hash_)

    def lamport(self, hash_: bytes) -> int:
        """Lamport number of a change that is here. KeyError otherwise."""
        return GENESIS_LAMPORT if hash_ == GENESIS_HASH else self._by_hash[hash_].change.lamport

    def last(self, actor: bytes) -> int:
        """Highest sequence number of this actor; 0 for none."""
        return len(self._by_actor.get(actor, ()))

    def vector(self) -> Vector:
        """Actor → highest sequence number."""
        return {actor: len(changes) for actor, changes in self._by_actor.items()}

    def heads(self) -> tuple[bytes, ...]:
        """Hashes of the changes that cause no other, sorted."""
        return tuple(sorted(self._heads))

    def since(self, vector: Vector) -> list[Change]:
        """Every change above `vector`, causes before effects."""
        news = [
            change for actor, changes in self._by_actor.items() for change in changes[max(0, vector.get(actor, 0)) :]
        ]
        return sorted(news, key=causal_order)

    def add(self, linked: Linked) -> bool:
        """Take the change if all its causes are here and it is its actor's next; say whether it is in the log now."""
        change = linked.change
        if change.hash in self._by_hash:
            return True
        if change.seq != self.last(change.actor) + 1 or not all(dep in self for dep in linked.deps):
            return False
        self.size += len(change.raw)
        self._by_hash[change.hash] = linked
        self._by_actor.setdefault(change.actor, []).append(change)
        self._heads.difference_update(linked.deps)
        self._heads.add(change.hash)
        return True

    def add_all(self, linked: Iterable[Linked]) -> list[Linked]:
        """Take what can be taken, in causal order; returns the rest."""
        return [item for item in sorted(linked, key=lambda item: causal_order(item.change)) if not self.add(item)]


def causal_order(change: Change) -> tuple[int, bytes, int]:
    """Sort key: causes before effects, the same on every replica."""
    return change.lamport, change.actor, change.seq
