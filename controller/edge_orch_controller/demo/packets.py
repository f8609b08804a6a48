"""The MQTT 3.1.1 packets that a small broker needs, to and from bytes (OASIS MQTT 3.1.1, chapters 2 and 3)."""

from __future__ import annotations

from enum import IntEnum

import msgspec


class Kind(IntEnum):
    """Packet types (table 2.1)."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14


class Malformed(Exception):
    """Not MQTT 3.1.1, or a part of it that this broker does not speak; the connection is closed."""


class Connect(msgspec.Struct, frozen=True):
    """What matters of a CONNECT."""

    protocol_level: int
    client_id: str
    clean_session: bool


class Message(msgspec.Struct, frozen=True):
    """An application message."""

    topic: str
    payload: bytes


def take_packet(buffer: bytearray) -> tuple[int, bytes] | None:
    """Remove the first whole packet from `buffer`: its first byte and its body; None while it is not complete."""
    length = shift = 0
    for position in range(1, 5):
        if position >= len(buffer):
            return None
        length |= (buffer[position] & 0x7F) << shift
        shift += 7
        if not buffer[position] & 0x80:
            end = position + 1 + length
            if len(buffer) < end:
                return None
            first, body = buffer[0], bytes(buffer[position + 1 : end])
            del buffer[:end]
            return first, body
    raise Malformed("remaining length of more than four bytes")


def packet(kind: Kind, body: bytes, flags: int = 0) -> bytes:
    """A whole packet."""
    length = len(body)
    head = bytearray([kind << 4 | flags])
    while True:
        length, digit = length >> 7, length & 0x7F
        head.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(head) + body


def publish(message: Message, mid: int, dup: bool) -> bytes:
    """PUBLISH with QoS 1, or with QoS 0 when `mid` is 0."""
    body = _text(message.topic) + (mid.to_bytes(2, "big") if mid else b"") + message.payload
    return packet(Kind.PUBLISH, body, (2 if mid else 0) | (8 if dup else 0))


def read_connect(body: bytes) -> Connect:
    """The CONNECT in `body`; behind the protocol level of another version nothing is read."""
    try:
        rest = _read_text(body)[1]
        level, flags = rest[0], rest[1]
        client_id = _read_text(rest[4:])[0] if level == 4 else ""
    except (IndexError, UnicodeDecodeError) as error:
        raise Malformed("CONNECT") from error
    return Connect(level, client_id, bool(flags & 2))


def read_publish(first: int, body: bytes) -> tuple[Message, int]:
    """The message and its packet id, 0 with QoS 0. QoS 2 is refused."""
    qos = first >> 1 & 3
    if qos > 1:
        raise Malformed("QoS 2")
    try:
        topic, rest = _read_text(body)
    except (IndexError, UnicodeDecodeError) as error:
        raise Malformed("PUBLISH") from error
    return (Message(topic, rest[2:]), mid_of(rest)) if qos else (Message(topic, rest), 0)


def read_filters(body: bytes, with_qos: bool) -> list[str]:
    """The topic filters of a SUBSCRIBE (`with_qos`) or UNSUBSCRIBE, behind the packet id."""
    filters, rest = [], body[2:]
    try:
        while rest:
            text, rest = _read_text(rest)
            filters.append(text)
            rest = rest[1:] if with_qos else rest
    except (IndexError, UnicodeDecodeError) as error:
        raise Malformed("topic filter") from error
    return filters


def mid_of(body: bytes) -> int:
    """The packet id at the beginning of `body`."""
    return int.from_bytes(body[:2], "big")


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2, "big") + data


def _read_text(body: bytes) -> tuple[str, bytes]:
    length = body[0] << 8 | body[1]
    if len(body) < 2 + length:
        raise IndexError
    return body[2 : 2 + length].decode(), body[2 + length :]
