"""Sessions keep what a client has not acknowledged; the real client library connects over a real socket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from edge_orch_controller.demo import broker as broker_module
from edge_orch_controller.demo.broker import Broker, Session
from edge_orch_controller.demo.bus import free_port, listening
from edge_orch_controller.demo.packets import Kind, Message, packet, read_publish, take_packet
from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode


class Wire(asyncio.Transport):
    """Remembers the PUBLISH packets that were written: payload, packet id, DUP."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[bytes, int, bool]] = []

    def is_closing(self) -> bool:
        return False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        taken = take_packet(bytearray(data))
        assert taken is not None
        message, mid = read_publish(*taken)
        self.sent.append((message.payload, mid, bool(taken[0] & 8)))


def test_a_session_sends_again_what_was_not_acknowledged_then_what_came_meanwhile() -> None:
    session, first, second = Session(), Wire(), Wire()
    session.resume(first)
    for payload in (b"a", b"b", b"c"):
        session.deliver(Message("t", payload))
    session.acknowledge(2)
    session.transport = None
    session.deliver(Message("t", b"d"))
    session.resume(second)
    assert first.sent == [(b"a", 1, False), (b"b", 2, False), (b"c", 3, False)]
    assert second.sent == [(b"a", 1, True), (b"c", 3, True), (b"d", 4, False)]


def test_the_window_holds_messages_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_module, "IN_FLIGHT", 2)
    session, wire = Session(), Wire()
    session.resume(wire)
    for payload in (b"a", b"b", b"c"):
        session.deliver(Message("t", payload))
    assert [sent[0] for sent in wire.sent] == [b"a", b"b"]
    session.acknowledge(1)
    assert [sent[0] for sent in wire.sent] == [b"a", b"b", b"c"]


def test_packet_ids_go_round_past_those_in_use() -> None:
    session = Session()
    session.resume(Wire())
    session.deliver(Message("t", b"kept"))
    for _ in range(0xFFFF):
        session.deliver(Message("t", b"x"))
        session.acknowledge(next(mid for mid in session.in_flight if mid != 1))
    session.deliver(Message("t", b"y"))
    assert set(session.in_flight) == {1, 3}


@pytest.fixture
async def port() -> AsyncIterator[int]:
    chosen = free_port()
    task = asyncio.create_task(Broker(chosen).run())
    while not await listening(chosen):
        await asyncio.sleep(0)
    yield chosen
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@contextlib.asynccontextmanager
async def connected(
    port: int, name: str, clean: bool = False
) -> AsyncIterator[tuple[Client, Callable[[], Awaitable[object]]]]:
    """A client and a function that takes the next thing that happened to it."""
    loop = asyncio.get_running_loop()
    happened: asyncio.Queue[object] = asyncio.Queue()

    def note(what: object) -> None:
        loop.call_soon_threadsafe(happened.put_nowait, what)

    client = Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=clean, manual_ack=True)
    client.on_connect = lambda _c, _u, flags, _r, _p: note(("connected", flags.session_present))
    client.on_subscribe = lambda _c, _u, _m, _r, _p: note("subscribed")
    client.on_unsubscribe = lambda _c, _u, _m, _r, _p: note("unsubscribed")
    client.on_publish = lambda _c, _u, _m, _r, _p: note("published")
    client.on_message = lambda _c, _u, message: note(message)
    await asyncio.to_thread(client.connect, "127.0.0.1", port)
    client.loop_start()
    try:
        yield client, lambda: asyncio.wait_for(happened.get(), 5)
    finally:
        client.disconnect()
        await asyncio.to_thread(client.loop_stop)


async def test_real_clients(port: int) -> None:
    async with connected(port, "sensors", clean=True) as (sensors, sensors_next):
        assert await sensors_next() == ("connected", False)
        async with connected(port, "agent") as (agent, agent_next):
            assert await agent_next() == ("connected", False)
            agent.subscribe("factory/+/raw", 1)
            assert await agent_next() == "subscribed"
            for payload in ("one", "two"):
                sensors.publish("factory/austin/raw", payload, 1)
                assert await sensors_next() == "published"
            sensors.publish("factory/austin/other", "not for us", 1)
            assert await sensors_next() == "published"
            first = await agent_next()
            second = await agent_next()
            assert isinstance(first, MQTTMessage)
            assert isinstance(second, MQTTMessage)
            assert (first.payload, second.payload) == (b"one", b"two")
            agent.ack(first.mid, 1)
            agent.unsubscribe("nobody/subscribed/to/this")
            assert await agent_next() == "unsubscribed"
        async with connected(port, "agent") as (_, agent_next):
            assert await agent_next() == ("connected", True)
            again = await agent_next()
            assert isinstance(again, MQTTMessage)
            assert (again.payload, again.dup, again.mid) == (b"two", True, second.mid)


async def test_mqtt_5_is_refused_in_words_that_clients_understand(port: int) -> None:
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[str] = loop.create_future()
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5, reconnect_on_failure=False)

    def on_connect(_c: Client, _u: object, _f: ConnectFlags, reason: ReasonCode, _p: Properties | None) -> None:
        loop.call_soon_threadsafe(answered.set_result, str(reason))

    client.on_connect = on_connect
    await asyncio.to_thread(client.connect, "127.0.0.1", port)
    client.loop_start()
    assert await asyncio.wait_for(answered, 5) == "Unsupported protocol version"
    await asyncio.to_thread(client.loop_stop)


async def test_nonsense_closes_the_connection(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(packet(Kind.PUBLISH, b"\x00\x01tbefore CONNECT"))
    with contextlib.suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()
