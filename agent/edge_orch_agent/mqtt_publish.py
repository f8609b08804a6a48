"""The flow of QoS 1 towards us, many packets at a time: PUBLISH in, PUBACK out.

paho makes a dozen objects of a PUBLISH, locks and MQTT 5's property tables among them: eight tenths of what a message
costs the agent. Here it is a topic and a payload. The layout is MQTT's own (OASIS MQTT 3.1.1 and 5.0, section 3.3).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from itertools import repeat

from edge_orch_agent.mqtt_happenings import Message

_SHORTEST = 5
"""Bytes of the shortest PUBLISH: its kind, its length, two for the length of a topic, and a topic of one."""
_KIND_AND_QOS2 = 0xF4
_PUBLISH = 0x30
_DUP = 0x08
_QOS1 = 0x02
_PUBACK = 0x4002
_pack_puback = struct.Struct(">HH").pack


def decode_publishes(data: bytes, at: int, five: bool) -> tuple[list[Message], int]:
    """The messages of QoS 0 and 1 that stand whole in `data` from the packet at `at` on, and where the next one stands.

    `five`: in MQTT 5, with properties, which are passed over. It ends before the first packet that is anything else,
    is cut off, or is not as it must be: all of that is for paho.
    """
    messages: list[Message] = []
    end = len(data)
    encoded, topic = b"", ""
    while at + _SHORTEST <= end:
        first = data[at]
        if first & _KIND_AND_QOS2 != _PUBLISH:
            break
        body, length = at + 2, data[at + 1]
        if length > 127:
            body, length = _long_number(data, at + 1)
        stop = body + length
        if stop > end or length < _SHORTEST - 2:
            break
        after_topic = body + 2 + (data[body] << 8 | data[body + 1])
        payload = after_topic + 2 if first & _QOS1 else after_topic
        if payload + five > stop:
            break
        if encoded != data[body + 2 : after_topic]:
            encoded = data[body + 2 : after_topic]
            try:
                topic = encoded.decode()
            except UnicodeDecodeError:
                break
        if five:
            properties = data[payload]
            payload += 1
            if properties > 127:
                payload, properties = _long_number(data, payload - 1)
            payload += properties
        if not encoded or payload > stop:
            break  # instead of a topic it has an alias, to which we have not agreed
        mid = data[after_topic] << 8 | data[after_topic + 1] if first & _QOS1 else 0
        messages.append(Message(topic, data[payload:stop], mid, bool(first & _DUP)))
        at = stop
    return messages, at


def encode_pubacks(mids: Iterable[int]) -> bytes:
    """A PUBACK, reason success, for each packet id."""
    return b"".join(map(_pack_puback, repeat(_PUBACK), mids))


def _long_number(data: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer: where it ends, and what it is; beyond all data if it is cut off or longer than four."""
    value = 0
    for number, byte in enumerate(data[at : at + 4]):
        value |= (byte & 127) << 7 * number
        if byte < 128:
            return at + number + 1, value
    return len(data), 1 << 28
