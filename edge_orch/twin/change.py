"""A change: one committed edit of a twin as bytes, and the vector that says which changes a replica has."""

from __future__ import annotations

import msgspec

Vector = dict[bytes, int]
"""Actor (16 bytes) → highest contiguous sequence number that is durable there."""


class Change(msgspec.Struct, frozen=True):
    """One raw change and the header fields that its log is indexed by. `lamport` orders causes before effects."""

    actor: bytes
    seq: int
    hash: bytes
    lamport: int
    raw: bytes


def covers(mine: Vector, theirs: Vector) -> bool:
    """Whether everything that `theirs` counts is in `mine`."""
    return all(mine.get(actor, 0) >= seq for actor, seq in theirs.items())
