from __future__ import annotations

import pytest
from edge_orch_agent.mqtt_happenings import Message
from edge_orch_agent.mqtt_publish import decode_publishes, encode_pubacks
from hypothesis import given
from hypothesis import strategies as st

from tests.mqtt_packets import puback, publish

PINGRESP = b"\xd0\x00"
HELLO = Message("factory/1/raw", b"hello", 7, dup=False)

messages = st.builds(
    lambda topic, payload, mid, dup: Message(topic, payload, mid, dup and mid > 0),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=70),
    st.binary(max_size=200),
    st.integers(0, 65_535),
    st.booleans(),
)


@given(st.lists(messages), st.booleans(), st.sampled_from([b"", b"\x01\x01", b"\x26" + b"\0\x01k\0\x80" + b"v" * 128]))
def test_messages_are_read_as_they_were_sent(sent: list[Message], five: bool, properties: bytes) -> None:
    data = b"".join(publish(message, five, properties) for message in sent)
    assert decode_publishes(b"before" + data, 6, five) == (sent, 6 + len(data))


@given(st.lists(messages, min_size=1), st.booleans(), st.data())
def test_a_packet_that_is_cut_off_is_left_with_all_behind_it(
    sent: list[Message], five: bool, data: st.DataObject
) -> None:
    packets = [publish(message, five) for message in sent]
    whole = data.draw(st.integers(0, len(sent) - 1))
    cut = data.draw(st.integers(0, len(packets[whole]) - 1))
    stream = b"".join(packets[:whole]) + packets[whole][:cut]
    assert decode_publishes(stream, 0, five) == (sent[:whole], len(stream) - cut)


@given(st.binary(max_size=60), st.booleans())
def test_whatever_comes_it_ends_at_a_packet(noise: bytes, five: bool) -> None:
    first = publish(HELLO, five)
    read, at = decode_publishes(first + noise, 0, five)
    assert read[0] == HELLO
    assert len(first) <= at <= len(first) + len(noise)
    assert decode_publishes(first + noise, at, five) == ([], at)


@pytest.mark.parametrize("five", [False, True], ids=["3.1.1", "5"])
@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(lambda _: PINGRESP, id="not a PUBLISH"),
        pytest.param(lambda _: PINGRESP * 3, id="several that are not"),
        pytest.param(lambda five: b"\x34" + publish(HELLO, five)[1:], id="QoS 2"),
        pytest.param(lambda five: b"\x36" + publish(HELLO, five)[1:], id="QoS 3, which there is not"),
        pytest.param(lambda five: publish(HELLO, five).replace(b"factory", b"\xff\xfe\xfdtory"), id="not UTF-8"),
        pytest.param(lambda five: publish(Message("", b"hello", 7, dup=False), five), id="an alias for its topic"),
        pytest.param(lambda _: b"\x32\x05\xff\xffabc" + bytes(70_000), id="a topic longer than the packet"),
        pytest.param(lambda _: b"\x32\x04\x00\x01a\x00" + bytes(9), id="no room for its id"),
        pytest.param(lambda _: b"\x30\xff\xff\xff\xff\x01" + bytes(9), id="a length of five bytes"),
        pytest.param(lambda _: b"\x30\x00\x00\x00\x00\x00", id="empty"),
    ],
)
def test_what_is_no_plain_message_is_left_where_it_is(packet: object, five: bool) -> None:
    assert callable(packet)
    first, other = publish(HELLO, five), packet(five)
    assert decode_publishes(first + other + first, 0, five) == ([HELLO], len(first))


def test_properties_longer_than_the_packet_are_no_message() -> None:
    for properties in (b"\x09", b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff\xff"):
        body = b"\x00\x01a\x00\x07" + properties
        packet = bytes([0x32, len(body)]) + body
        assert decode_publishes(packet + packet, 0, five=True) == ([], 0)


@given(st.lists(st.integers(1, 65_535)))
def test_each_message_is_acknowledged_by_a_packet_of_its_own(mids: list[int]) -> None:
    assert encode_pubacks(mids) == b"".join(map(puback, mids))
