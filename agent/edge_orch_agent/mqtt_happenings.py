"""What can happen on an MQTT connection."""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, gc=False):
    """A PUBLISH. `mid`: the packet id by which it is acknowledged; 0 of QoS 0, which is not. `dup`: it came before."""

    topic: str
    payload: bytes
    mid: int
    dup: bool


class Connected(msgspec.Struct, frozen=True):
    """The broker took us. `resumed`: it kept our session, with its packet ids."""

    resumed: bool


class Lost(msgspec.Struct, frozen=True):
    """No connection; another attempt follows by itself."""

    reason: str


class Unsubscribed(msgspec.Struct, frozen=True):
    """The broker answered an UNSUBSCRIBE: it has handled everything we sent before it."""

    mid: int


class Published(msgspec.Struct, frozen=True):
    """The broker has taken what was published under this packet id."""

    mid: int


Happening = Connected | Lost | Unsubscribed | Published | Message
