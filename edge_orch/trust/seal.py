"""Seals: who sent these bytes, proven by an Ed25519 signature over the DSSE pre-authentication encoding.

A seal proves origin and integrity, not freshness and not the receiver. Messages of this project bear both: they are
idempotent and name the twin they belong to, and `Hello` carries the challenge's nonce.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from edge_orch.errors import Problem, Refused
from edge_orch.trust.keys import PrivateKey, PublicKey
from edge_orch.trust.pae import pae

SEAL_TYPE = "application/vnd.edge-orch.seal"
MAX_SEALED = 320 * 1024
"""Bytes; more are refused unread. The largest message is 256 KiB."""


class Sealed(msgspec.Struct, frozen=True):
    """Bytes whose sender is proven."""

    sender: str
    body: bytes


class _Wire(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    sender: str
    body: bytes
    signature: bytes


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Wire)


def _to_sign(sender: str, body: bytes) -> bytes:
    return pae(SEAL_TYPE, _ENCODER.encode((sender, body)))


def seal(key: PrivateKey, sender: str, body: bytes) -> bytes:
    """`body` with its sender's name and signature, as MessagePack."""
    return _ENCODER.encode(_Wire(sender, body, key.sign(_to_sign(sender, body))))


def open_sealed(data: bytes, key_of: Callable[[str], PublicKey | None]) -> Sealed:
    """The sender and body of `data`, proven. `key_of` gives the key known for a name, or None.

    Raises `Refused` when the bytes are no seal, the sender is unknown, or the signature is not the sender's.
    """
    if len(data) > MAX_SEALED:
        raise Refused(Problem("sealed message too large", expected=f"≤ {MAX_SEALED} bytes", found=f"{len(data)}"))
    try:
        wire = _DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(Problem("not a sealed message", found=str(error))) from error
    key = key_of(wire.sender)
    if key is None:
        raise Refused(
            Problem(
                "message from an unknown sender",
                found=repr(wire.sender),
                next_step="enrol this agent, or check which controller it belongs to",
            )
        )
    if not key.verify(wire.signature, _to_sign(wire.sender, wire.body)):
        raise Refused(
            Problem(
                f"the signature of a message from {wire.sender!r} does not match",
                expected=f"a signature by key {key.key_id[:16]}…",
                next_step="if the sender was set up anew, enrol it again",
            )
        )
    return Sealed(wire.sender, wire.body)
