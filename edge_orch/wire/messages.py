"""Messages between an agent and the controller, the same over every transport.

All of them may be lost, doubled, reordered or replayed without harm: state moves by anti-entropy only
(`edge_orch.twin.sync`), and nothing is queued while a link is down. On the wire each is sealed: see
`edge_orch.trust.seal`.

Releases that differ by one must understand each other. So fields are only ever added at the end of a message, with a
default, and a receiver passes over those it does not know; facts of kinds it does not know are kept and passed on; a
message of a kind it does not know is answered by `Unsupported`; and only a change that an older release would
misunderstand gets a new number in `SPOKEN`. `tests/unit/wire` keeps what each release has said.
"""

from __future__ import annotations

from typing import get_args

import msgspec

from edge_orch.errors import Invalid, Problem
from edge_orch.twin.change import Vector

SPOKEN = (1, 1)
"""The lowest and the highest protocol version that this release speaks."""
MAX_MESSAGE = 256 * 1024
"""Bytes; a larger message is refused unread."""
MAX_DELTA = 64 * 1024
"""Bytes of changes in one `Delta`, unless a single change is larger."""


LONGEST_KIND = 40
"""Letters in the name of a kind of message."""
OPEN_EPISODES = "episodes.open"
"""Gauge of an agent's telemetry: how many of its episodes are not resolved. Whoever has one is served first."""


class Challenge(msgspec.Struct, frozen=True, array_like=True, tag="challenge"):
    """The controller's first word on a new connection: prove who you are by sealing a `Hello` with this nonce."""

    nonce: bytes


class Hello(msgspec.Struct, frozen=True, array_like=True, tag="hello"):
    """The agent's answer; binds the connection to the agent. `protocols`: the versions it speaks."""

    agent: str
    nonce: bytes
    protocols: tuple[int, ...] = tuple(range(SPOKEN[0], SPOKEN[1] + 1))


class Have(msgspec.Struct, frozen=True, array_like=True, tag="have"):
    """What the sender durably has of one twin. Sent on connect, periodically, and as the acknowledgement of a Delta.

    `speaks`: the lowest and the highest protocol version of the sender; also where no `Hello` was said (MQTT).
    """

    doc: str
    epoch: int
    vector: Vector
    heads: tuple[bytes, ...]
    boot: bytes
    speaks: tuple[int, int] = SPOKEN


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


class Unsupported(msgspec.Struct, frozen=True, array_like=True, tag="unsupported"):
    """The answer to a message of a kind that its receiver does not know; never answered itself."""

    kind: str
    speaks: tuple[int, int] = SPOKEN


class Unknown(msgspec.Struct, frozen=True):
    """A message of a kind that a later release may have. Never sent."""

    kind: str


Message = Challenge | Hello | Have | Delta | Roll | Telemetry | Unsupported

_ENCODER = msgspec.msgpack.Encoder()
_DECODER: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)


def encode_message(message: Message) -> bytes:
    """The message as MessagePack."""
    return _ENCODER.encode(message)


def common_protocol(theirs: tuple[int, int]) -> int | None:
    """The highest protocol version that both sides speak, or None."""
    highest = min(SPOKEN[1], theirs[1])
    return highest if highest >= max(SPOKEN[0], theirs[0]) else None


def decode_message(data: bytes) -> Message | Unknown:
    """The message in `data`, known or not. Raises `Invalid` on anything else, however hostile."""
    if len(data) > MAX_MESSAGE:
        raise Invalid(Problem("message too large", expected=f"at most {MAX_MESSAGE} bytes", found=f"{len(data)}"))
    try:
        return _DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        kind = _foreign_kind(data)
        if kind is not None:
            return Unknown(kind)
        raise Invalid(Problem("not a message of this protocol", found=str(error))) from error


def _foreign_kind(data: bytes) -> str | None:
    """The kind that the data bear if they are shaped like a message and this release has no such kind."""
    try:
        parts = msgspec.msgpack.decode(data, type=list[msgspec.Raw])
        kind = msgspec.msgpack.decode(parts[0], type=str) if parts else ""
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    known = {kind.__struct_config__.tag for kind in get_args(Message)}
    return kind if 0 < len(kind) <= LONGEST_KIND and kind not in known else None
