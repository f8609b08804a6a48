from __future__ import annotations

import pytest
from edge_orch_controller.demo.packets import (
    Connect,
    Kind,
    Malformed,
    Message,
    packet,
    publish,
    read_connect,
    read_filters,
    read_publish,
    take_packet,
)
from hypothesis import given
from hypothesis import strategies as st

TOPICS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(TOPICS, st.binary(max_size=300), st.integers(0, 0xFFFF), st.integers(1, 50))
def test_a_message_survives_being_sent_in_pieces(topic: str, payload: bytes, mid: int, piece: int) -> None:
    data = publish(Message(topic, payload), mid, dup=False)
    buffer, taken = bytearray(), None
    for start in range(0, len(data), piece):
        assert taken is None
        buffer += data[start : start + piece]
        taken = take_packet(buffer)
    assert taken is not None
    assert read_publish(*taken) == (Message(topic, payload), mid)
    assert not buffer


@pytest.mark.parametrize("length", [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])
def test_lengths_of_every_size(length: int) -> None:
    assert take_packet(bytearray(packet(Kind.PUBLISH, bytes(length)))) == (Kind.PUBLISH << 4, bytes(length))


def test_connect() -> None:
    body = b"\x00\x04MQTT\x04\x02\x00\x3c\x00\x02me"
    assert read_connect(body) == Connect(4, "me", clean_session=True)
    assert read_connect(b"\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x02me").protocol_level == 5


def test_filters() -> None:
    assert read_filters(b"\x00\x01\x00\x03a/b\x01\x00\x01#\x00", with_qos=True) == ["a/b", "#"]
    assert read_filters(b"\x00\x01\x00\x03a/b\x00\x01#", with_qos=False) == ["a/b", "#"]


@pytest.mark.parametrize("body", [b"", b"\x00", b"\x00\x09MQTT", b"\x00\x01\xff\x04\x02\x00\x00\x00\x00"])
def test_nonsense_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_connect(body)


def test_qos_two_and_endless_lengths_are_refused() -> None:
    with pytest.raises(Malformed):
        read_publish(0x34, b"\x00\x01a\x00\x01")
    with pytest.raises(Malformed):
        take_packet(bytearray(b"\x30\xff\xff\xff\xff\x01"))
