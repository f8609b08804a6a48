"""Actors: who wrote a change, readable from its first bytes.

An actor is 16 bytes: one letter for the kind of writer, 7 bytes of a digest of its name, 8 bytes of a nonce minted
at the first write of a boot. It is never used again after a restart: a replica that was restored from an old backup
and went on counting under its old actor would give one sequence number to two different changes.
"""

from __future__ import annotations

import hashlib
from typing import Literal as OneOf

from edge_orch.errors import Invalid, Problem

Writer = OneOf["agent", "controller"]

ACTOR_BYTES = 16
NONCE_BYTES = 8
_TAGS: dict[bytes, Writer] = {b"a": "agent", b"c": "controller"}


def actor_prefix(writer: Writer, name: str) -> bytes:
    """The 8 bytes that all actors of this writer begin with."""
    return writer[:1].encode() + hashlib.sha256(name.encode()).digest()[:7]


def new_actor(writer: Writer, name: str, nonce: bytes) -> bytes:
    """The actor of one boot. `nonce`: 8 random bytes, fresh for each boot. Raises `Invalid` on another length."""
    if len(nonce) != NONCE_BYTES:
        raise Invalid(Problem("not a boot nonce", expected=f"{NONCE_BYTES} bytes", found=f"{len(nonce)}"))
    return actor_prefix(writer, name) + nonce


def writer_of(actor: bytes, agent: str) -> Writer | None:
    """Who this actor is in the twin of `agent`: that agent, a controller, or None for anybody else.

    Controllers are replicas of each other and go by several names; an agent's actors must bear its own.
    """
    writer = _TAGS.get(actor[:1]) if len(actor) == ACTOR_BYTES else None
    if writer == "agent" and not actor.startswith(actor_prefix("agent", agent)):
        return None
    return writer
