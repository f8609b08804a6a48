"""The connection beside a broker that says just what it is told to say, byte by byte if need be."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from edge_orch_agent.backoff import Backoff
from edge_orch_agent.mqtt_connection import MqttConnection
from edge_orch_agent.mqtt_happenings import Connected, Happening, Lost, Message

from tests.mqtt_packets import connack, disconnect, puback, publish

pytestmark = pytest.mark.integration
PINGRESP = b"\xd0\x00"
UNSUPPORTED = b"\x20\x02\x00\x01"
"""The answer of a broker that knows no MQTT 5."""
VERSION = 8
"""Where CONNECT says which MQTT it is of."""


class ScriptedBroker:
    """Answers each CONNECT as `answer` says, which is given its bytes; keeps what it is told after that.

    `hangs_up`: it goes after its answer instead.
    """

    def __init__(self, answer: Callable[[bytes], list[bytes]]) -> None:
        self.connects: list[bytes] = []
        self.hangs_up = False
        self.told = bytearray()
        self._answer = answer
        self._heard = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connects.append(await reader.read(1_000))
        with suppress(ConnectionError):
            for piece in self._answer(self.connects[-1]):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            while not self.hangs_up and (data := await reader.read(65_536)):
                self.told += data
                self._heard.set()
        writer.close()

    async def until_told(self, what: bytes) -> None:
        async with asyncio.timeout(20):
            while what not in self.told:
                self._heard.clear()
                await self._heard.wait()


class Listener:
    """Collects what happens."""

    def __init__(self) -> None:
        self.happened: list[Happening] = []
        self._something = asyncio.Event()

    def __call__(self, happenings: list[Happening]) -> None:
        self.happened += happenings
        self._something.set()

    @property
    def messages(self) -> list[Message]:
        return [each for each in self.happened if isinstance(each, Message)]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                self._something.clear()
                await self._something.wait()


@asynccontextmanager
async def connected(broker: ScriptedBroker, listener: Listener, window: int = 8) -> AsyncIterator[MqttConnection]:
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    soon = Backoff(first_s=0.01, most_s=0.01)
    connection = MqttConnection(f"mqtt://127.0.0.1:{port}", "press", listener, window=window, backoff=soon)
    running = asyncio.create_task(connection.run())
    try:
        yield connection
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        server.close()


def speaks_five(connect: bytes) -> bool:
    return connect[VERSION] == 5


def numbered(count: int) -> list[Message]:
    """Of QoS 1 and 0, some long, some under another topic."""
    return [
        Message(f"factory/{number % 3}/raw", b"%d" % number * (1 + number % 50), number % 5 and number, dup=False)
        for number in range(count)
    ]


def torn(data: bytes, seed: int) -> list[bytes]:
    """In pieces of any length."""
    chance, at, pieces = random.Random(seed), 0, []  # noqa: S311 (nothing secret)
    while at < len(data):
        size = chance.choice((1, 2, 3, 70, 500, 9_000))
        pieces.append(data[at : at + size])
        at += size
    return pieces


@pytest.mark.parametrize("five", [True, False], ids=["5", "3.1.1"])
@pytest.mark.parametrize("seed", range(3))
async def test_messages_come_in_order_however_the_network_tears_them(five: bool, seed: int) -> None:
    sent = [*numbered(400), Message("factory/1/raw", bytes(200_000), 4_999, dup=True), *numbered(100)]

    def answer(connect: bytes) -> list[bytes]:
        if speaks_five(connect) != five:
            return [UNSUPPORTED]
        packets = [publish(message, five) for message in sent]
        packets[50] += PINGRESP * 2
        return torn(connack(five) + b"".join(packets), seed)

    listener = Listener()
    async with connected(ScriptedBroker(answer), listener):
        await listener.until(lambda: len(listener.messages) >= len(sent))
    assert listener.messages == sent
    assert listener.happened.index(Connected(resumed=False)) == listener.happened.index(sent[0]) - 1


async def test_acknowledgements_leave_in_the_order_in_which_they_were_given() -> None:
    sent = numbered(40)
    mids = [message.mid for message in sent if message.mid]
    broker, listener = (
        ScriptedBroker(lambda _: [connack(five=True), *(publish(each, five=True) for each in sent)]),
        Listener(),
    )
    async with connected(broker, listener) as connection:
        await listener.until(lambda: len(listener.messages) == len(sent))
        connection.acknowledge(mids[:5])
        connection.acknowledge(mids[5:])
        connection.unsubscribe("fence")
        await broker.until_told(b"fence")
    acknowledged = b"".join(map(puback, mids))
    assert acknowledged + b"\xa2" in bytes(broker.told)


async def test_nothing_is_read_behind_the_end_of_a_connection() -> None:
    first, second = numbered(10)[1:3]
    packets = [connack(five=True), publish(first, five=True), disconnect(), publish(second, five=True)]
    listener = Listener()
    async with connected(ScriptedBroker(lambda _: [b"".join(packets)]), listener):
        await listener.until(lambda: sum(isinstance(each, Connected) for each in listener.happened) == 2)
    assert [type(each) for each in listener.happened[:4]] == [Connected, Message, Lost, Connected]
    assert second not in listener.messages


@pytest.mark.parametrize("where", [1, 2], ids=["first of what is read", "behind another"])
async def test_a_topic_that_is_not_utf_8_ends_the_connection_and_is_said(where: int) -> None:
    good = publish(Message("a/b", b"good", 1, dup=False), five=True)
    bad = publish(Message("x/y", b"bad", 2, dup=False), five=True).replace(b"x/y", b"\xff\xfe\xfd")
    broker = ScriptedBroker(lambda _: [connack(five=True) + good * (where - 1) + bad + good])
    listener = Listener()
    async with connected(broker, listener):
        await listener.until(lambda: len(broker.connects) == 2)
    reasons = [each.reason for each in listener.happened if isinstance(each, Lost)]
    assert reasons[0] == "the broker sent a topic that is not UTF-8"
    first = listener.happened[: listener.happened.index(Lost(reasons[0]))]
    assert len(first) == where


async def test_a_broker_that_has_spoken_mqtt_5_is_not_taken_for_an_old_one_because_it_hangs_up() -> None:
    broker = ScriptedBroker(lambda _: [connack(five=True), disconnect()] if len(broker.connects) == 1 else [])
    listener = Listener()
    broker.hangs_up = True
    async with connected(broker, listener):
        await listener.until(lambda: len(broker.connects) >= 4)
    assert [speaks_five(connect) for connect in broker.connects[:4]] == [True] * 4


async def test_a_broker_that_was_replaced_by_an_older_one_is_spoken_to_in_mqtt_3() -> None:
    def answer(connect: bytes) -> list[bytes]:
        if len(broker.connects) == 1:
            return [connack(five=True), disconnect()]
        return [UNSUPPORTED] if speaks_five(connect) else [connack(five=False)]

    broker, listener = ScriptedBroker(answer), Listener()
    async with connected(broker, listener):
        await listener.until(lambda: listener.happened.count(Connected(resumed=False)) == 2)
    assert [speaks_five(connect) for connect in broker.connects] == [True, True, False]


async def test_with_a_clean_session_each_message_is_acknowledged_however_many_are_read_at_once() -> None:
    sent = numbered(40)
    broker, listener = (
        ScriptedBroker(lambda _: [connack(five=True), b"".join(publish(m, five=True) for m in sent)]),
        Listener(),
    )
    async with connected(broker, listener, window=0):
        for message in sent:
            if message.mid:
                await broker.until_told(puback(message.mid))
    assert listener.messages == sent


async def test_what_a_handler_could_not_take_comes_again_at_once() -> None:
    """Nothing of it was acknowledged: only a new connection makes the broker repeat it."""
    sent = numbered(40)
    broker, listener = (
        ScriptedBroker(lambda _: [connack(five=True), *(publish(m, five=True) for m in sent)]),
        Listener(),
    )
    raised: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context["exception"]))
    bug = RuntimeError("a bug in a source")

    class Breaks(Listener):
        def __call__(self, happenings: list[Happening]) -> None:
            if not raised and any(isinstance(each, Message) for each in happenings):
                raise bug
            listener(happenings)

    async with connected(broker, Breaks()):
        await listener.until(lambda: len(listener.messages) >= len(sent))
    assert raised == [bug]
    assert len(broker.connects) == 2
    assert listener.messages == sent
