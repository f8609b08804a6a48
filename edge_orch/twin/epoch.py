"""Epochs: when the history of a twin has outgrown its state, the twin begins anew with the facts that still matter.

Every epoch is a document of its own: the genesis change, then the *root*, a chain of changes that holds the facts it
begins with, then what is written in it. The root's actor is derived from the epoch's number and the root's content: the
same facts make the same bytes, and two replicas that begin one epoch differently see it in each other's vectors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec

from edge_orch.twin import gate
from edge_orch.twin.actor import ACTOR_BYTES, NONCE_BYTES
from edge_orch.twin.change import Change, Vector
from edge_orch.twin.columns import refuse
from edge_orch.twin.facts import Section
from edge_orch.twin.gate import Inspected
from edge_orch.twin.genesis import GENESIS_HASH, GENESIS_LAMPORT

Texts = dict[tuple[Section, str], str]
"""Section and key → the fact's text."""
Places = Collection[tuple[Section, str]]
"""Sections and keys of facts."""

MAX_ROOT = 128 * 1024
"""Bytes of a root's changes: it travels in one message."""
_OVERHEAD = 16
"""Bytes that one of a root's changes spends on a fact beside its key and text: 3 to 7 were measured."""
MAX_EPOCH = 1 << 48
"""The highest number of an epoch: one is begun at a time, so a higher one is no epoch of ours."""
MAX_PAST = 1_000
"""Actors of earlier epochs that are remembered; about one comes up with each boot that writes something."""
_TAG = b"e"


class Epoch(msgspec.Struct, frozen=True):
    """Which epoch a twin is in. `root`: its root's actor, empty in epoch 0, which begins with nothing.

    `past`: the actors of earlier epochs → the highest sequence number that went into the root, or had no more weight.
    What an actor wrote above it is carried over by whoever may write it.
    """

    number: int = 0
    root: bytes = b""
    length: int = 0
    past: Vector = {}


class Rolled(msgspec.Struct, frozen=True):
    """A twin's new epoch, to be made durable in place of the old one, whole or not at all.

    `changes`: all there are now, the root and what was carried over. `left`: facts that are not in it any more, for the
    archive.
    """

    epoch: Epoch
    changes: tuple[Change, ...]
    left: tuple[tuple[Section, str, str], ...] = ()


def room_for(key: str, text: str) -> int:
    """Bytes that a fact takes of a root."""
    return len(key.encode()) + len(text.encode()) + _OVERHEAD


def root_actor(number: int, texts: Texts) -> bytes:
    """The actor under which the root of this epoch, with these facts, is written."""
    digest = hashlib.sha256()
    for (section, key), text in sorted(texts.items()):
        for word in (section.value.encode(), key.encode(), text.encode()):
            digest.update(len(word).to_bytes(4, "big") + word)
    return _TAG + number.to_bytes(7, "big") + digest.digest()[:NONCE_BYTES]


def is_root(actor: bytes) -> bool:
    """Whether this is the actor of some root."""
    return len(actor) == ACTOR_BYTES and actor[:1] == _TAG


def actor_in(actor: bytes, number: int) -> bytes:
    """The actor with which the writer of `actor` goes on in the epoch with this number; none is used in two epochs."""
    nonce = hashlib.sha256(actor + number.to_bytes(8, "big")).digest()[:NONCE_BYTES]
    return actor[:-NONCE_BYTES] + nonce


def later_past(past: Vector, vector: Vector) -> Vector:
    """`past` with what an epoch that ends has seen; the oldest actors are forgotten beyond `MAX_PAST`."""
    grown = {**past, **{actor: seq for actor, seq in vector.items() if not is_root(actor)}}
    return dict(list(grown.items())[-MAX_PAST:])


def read_root(number: int, raws: Sequence[bytes], admit: Callable[[Section, str, str], bool]) -> list[Inspected]:
    """The root in these changes, proven: one chain from genesis, under the actor that its content gives.

    `admit`: whether a fact may be in a root that this peer brings. Raises `Refused`.
    """
    if not 1 <= number <= MAX_EPOCH:
        refuse(f"a root of epoch {number}")
    if sum(map(len, raws)) > MAX_ROOT:
        refuse(f"a root of more than {MAX_ROOT} bytes")
    root = [gate.inspect(raw) for raw in raws]
    texts: Texts = {}
    before, lamport = GENESIS_HASH, GENESIS_LAMPORT
    for seq, item in enumerate(root, 1):
        if (item.deps, item.change.seq, item.start_op) != ((before,), seq, lamport + 1):
            refuse("a root that is not one chain from genesis")
        before, lamport = item.change.hash, item.change.lamport
        for write in item.writes:
            if write.replaces or (write.section, write.key) in texts:
                refuse("a root that writes a key twice")
            if not admit(write.section, write.key, write.text):
                refuse(f"a root with {write.section}/{write.key}, which this peer may not write")
            texts[write.section, write.key] = write.text
    expected = root_actor(number, texts)
    if not root or any(item.change.actor != expected for item in root):
        refuse(f"a root of epoch {number} whose actor is not the one that its content gives")
    return root


def written_above(changes: Iterable[Change], past: Vector) -> set[tuple[Section, str]]:
    """Where these changes write, as far as they are not in `past` and not of a root."""
    news = (change for change in changes if not is_root(change.actor) and change.seq > past.get(change.actor, 0))
    return {(write.section, write.key) for change in news for write in gate.inspect(change.raw).writes}
