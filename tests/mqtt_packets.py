"""MQTT packets as a broker writes them, field by field."""

from __future__ import annotations

from edge_orch_agent.mqtt_happenings import Message


def connack(five: bool, session_present: bool = False) -> bytes:
    """The broker takes us."""
    return _packet(0x20, bytes([session_present, 0]) + (b"\0" if five else b""))


def publish(message: Message, five: bool, properties: bytes = b"") -> bytes:
    """QoS 1 if it has an id, else 0."""
    topic = message.topic.encode()
    body = len(topic).to_bytes(2, "big") + topic
    if message.mid:
        body += message.mid.to_bytes(2, "big")
    if five:
        body += variable_byte_integer(len(properties)) + properties
    return _packet(0x30 | message.dup << 3 | (message.mid > 0) << 1, body + message.payload)


def puback(mid: int) -> bytes:
    """Success."""
    return _packet(0x40, mid.to_bytes(2, "big"))


def disconnect() -> bytes:
    """MQTT 5: the broker shuts down."""
    return _packet(0xE0, b"\x8b\x00")


def variable_byte_integer(value: int) -> bytes:
    """Seven bits a byte, the least first."""
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    return bytes([*encoded, value])


def _packet(first: int, body: bytes) -> bytes:
    return bytes([first]) + variable_byte_integer(len(body)) + body
