"""Messages between an agent and the controller, the same over every transport.

All of them may be lost, doubled, reordered or replayed without harm: state moves by anti-entropy only
(`edge_orch.twin.sync`), and nothing is queued while a link is down. On the wire each is sealed: see
`edge_orch.trust.seal`.
"""

from __future__ import annotations

import msgspec

from edge_orch.errors import Invalid, Problem
from edge_orch.twin.change import Vector

PROTOCOL = 1
MAX_MESSAGE = 256 * 1024
"""Bytes; a larger message is refused unread."""
MAX_DELTA = 64 * 1024
"""Bytes of changes in one `Delta`, unless a single change is larger."""


OPEN_EPISODES = "episodes.open"
"""Gauge of an agent's telemetry: how many of its episodes are not resolved. Whoever has one is served first."""


class Challenge(msgspec.Struct, frozen=True, array_like=True, tag="challenge"):
    """The controller's first word on a new connection: prove who you are by sealing a `Hello` with this nonce."""

    nonce: bytes


class Hello(msgspec.Struct, frozen=True, array_like=True, tag="hello"):
    """The agent's answer; binds the connection to the agent. `protocols`: the versions it speaks."""

    agent: str
    nonce: bytes
    protocols: tuple[int, ...] = (PROTOCOL,)


class Have(msgspec.Struct, frozen=True, array_like=True, tag="have"):
    """What the sender durably has of one twin. Sent on connect, periodically, and as the acknowledgement of a Delta."""

    doc: str
    epoch: int
    vector: Vector
    heads: tuple[bytes, ...]
    boot: bytes


class Delta(msgspec.Struct, frozen=True, array_like=True, tag="delta"):
    """Raw changes, causes before effects, that the receiver lacked.

    `vector` is the sender's own. `base` is what the sender took the receiver to have: every cause of the changes is in
    it or among the changes.
    """

    doc: str
    epoch: int
    changes: tuple[bytes, ...]
    vector: Vector
    boot: bytes
    base: Vector = {}


class Roll(msgspec.Struct, frozen=True, array_like=True, tag="roll"):
    """The epoch the sender is in, for a peer that is in another: its root (see `edge_orch.twin.epoch`), causes first.

    `past`: what of earlier epochs is in the root or has no more weight.
    """

    doc: str
    epoch: int
    past: Vector
    changes: tuple[bytes, ...]
    boot: bytes


class Telemetry(msgspec.Struct, frozen=True, array_like=True, tag="telemetry"):
    """Counters and gauges of the moment; never part of a twin, lost without harm. Keys are dotted names."""

    agent: str
    sent_at_us: int
    values: dict[str, int | float | str]


Message = Challenge | Hello | Have | Delta | Roll | Telemetry

_ENCODER = msgspec.msgpack.Encoder()
_DECODER: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)


def encode_message(message: Message) -> bytes:
    """The message as MessagePack."""
    return _ENCODER.encode(message)


def decode_message(data: bytes) -> Message:
    """The message in `data`. Raises `Invalid` on anything else, however hostile."""
    if len(data) > MAX_MESSAGE:
        raise Invalid(Problem("message too large", expected=f"at most {MAX_MESSAGE} bytes", found=f"{len(data)}"))
    try:
        return _DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(Problem("not a message of this protocol", found=str(error))) from error
