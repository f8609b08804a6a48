"""A small MQTT 3.1.1 broker in this process, for machines without mosquitto: QoS 0 and 1, sessions that last.

Why not a ready one: amqtt, the only broker in pure Python, forgets the messages in flight to a client that is killed,
and those that are not acknowledged within five seconds; the demo kills its agents. No retained messages, no wills, no
QoS 2, no passwords: the plant's bus needs none of them here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import count

from paho.mqtt.client import topic_matches_sub

from edge_orch_controller.demo.packets import (
    Kind,
    Malformed,
    Message,
    mid_of,
    packet,
    publish,
    read_connect,
    read_filters,
    read_publish,
    take_packet,
)

IN_FLIGHT = 10_000
"""Messages sent to one client and not acknowledged; the rest waits here."""
ACCEPTED, UNACCEPTABLE_PROTOCOL = 0, 1


class Session:
    """One client's subscriptions and everything it has not acknowledged, in order, also while it is away."""

    def __init__(self) -> None:
        self.filters: set[str] = set()
        self.waiting: deque[Message] = deque()
        self.in_flight: dict[int, Message] = {}
        self.transport: asyncio.Transport | None = None
        self._last_mid = 0

    def deliver(self, message: Message) -> None:
        """Send as soon as the client is there and the window has room."""
        self.waiting.append(message)
        self.send_waiting()

    def resume(self, transport: asyncio.Transport) -> None:
        """A new connection: first again, and marked so, what the old one did not acknowledge."""
        self.transport = transport
        for mid, message in self.in_flight.items():
            transport.write(publish(message, mid, dup=True))
        self.send_waiting()

    def acknowledge(self, mid: int) -> None:
        """The client has it."""
        self.in_flight.pop(mid, None)
        self.send_waiting()

    def send_waiting(self) -> None:
        transport = self.transport
        if transport is None or transport.is_closing():  # it is gone, and its session is about to hear of it
            return
        while self.waiting and len(self.in_flight) < IN_FLIGHT:
            mid, message = self._next_mid(), self.waiting.popleft()
            self.in_flight[mid] = message
            transport.write(publish(message, mid, dup=False))

    def _next_mid(self) -> int:
        while True:
            self._last_mid = self._last_mid % 0xFFFF + 1
            if self._last_mid not in self.in_flight:
                return self._last_mid


class Broker:
    """All sessions, by client id; `run` serves them on loopback."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sessions: dict[str, Session] = {}
        self._anonymous = count(1)
        self._connections: set[asyncio.Transport] = set()

    async def run(self) -> None:
        """Serve until cancelled; then every connection is closed."""
        server = await asyncio.get_running_loop().create_server(lambda: _Connection(self), "127.0.0.1", self._port)
        try:
            await server.serve_forever()
        finally:
            server.close()
            for transport in tuple(self._connections):
                transport.abort()

    def opened(self, transport: asyncio.Transport) -> None:
        self._connections.add(transport)

    def closed(self, transport: asyncio.Transport, client_id: str, clean: bool) -> None:
        """The connection is gone; a session that lasts goes on collecting."""
        self._connections.discard(transport)
        session = self._sessions.get(client_id)
        if session is not None and session.transport is transport:
            session.transport = None
            if clean:
                del self._sessions[client_id]

    def session(self, client_id: str, clean: bool) -> tuple[str, Session, bool]:
        """The id (made up where the client gave none), its session, and whether it was there before."""
        client_id = client_id or f"anonymous-{next(self._anonymous)}"
        old = self._sessions.get(client_id)
        if old is not None and old.transport is not None:
            old.transport.abort()  # one client, one connection: the newer wins
            old.transport = None
        if clean or old is None:
            self._sessions[client_id] = Session()
        return client_id, self._sessions[client_id], old is not None and not clean

    def route(self, message: Message) -> None:
        """To every session with a matching filter, once."""
        for session in self._sessions.values():
            if any(topic_matches_sub(topic_filter, message.topic) for topic_filter in session.filters):
                session.deliver(message)


class _Connection(asyncio.Protocol):
    """One client's bytes."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._buffer = bytearray()
        self._client_id = ""
        self._clean = True
        self._session: Session | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- a TCP server makes no other
        self._transport = transport
        self._broker.opened(transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- the signature of asyncio
        self._broker.closed(self._transport, self._client_id, self._clean)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        try:
            while not self._transport.is_closing() and (taken := take_packet(self._buffer)):
                self._handle(*taken)
        except Malformed:
            self._transport.abort()

    def _handle(self, first: int, body: bytes) -> None:
        kind = first >> 4
        if self._session is None:
            self._connect(kind, body)
        elif kind == Kind.PUBLISH:
            message, mid = read_publish(first, body)
            self._broker.route(message)
            if mid:
                self._transport.write(packet(Kind.PUBACK, mid.to_bytes(2, "big")))
        elif kind == Kind.PUBACK:
            self._session.acknowledge(mid_of(body))
        elif kind == Kind.SUBSCRIBE:
            filters = read_filters(body, with_qos=True)
            self._session.filters.update(filters)
            self._transport.write(packet(Kind.SUBACK, body[:2] + b"\x01" * len(filters)))
        elif kind == Kind.UNSUBSCRIBE:
            self._session.filters.difference_update(read_filters(body, with_qos=False))
            self._transport.write(packet(Kind.UNSUBACK, body[:2]))
        elif kind == Kind.PINGREQ:
            self._transport.write(packet(Kind.PINGRESP, b""))
        elif kind == Kind.DISCONNECT:
            self._transport.close()
        else:
            raise Malformed(f"packet type {kind}")

    def _connect(self, kind: int, body: bytes) -> None:
        if kind != Kind.CONNECT:
            raise Malformed("the first packet is no CONNECT")
        connect = read_connect(body)
        if connect.protocol_level != 4:
            self._transport.write(packet(Kind.CONNACK, bytes([0, UNACCEPTABLE_PROTOCOL])))
            self._transport.close()
            return
        self._clean = connect.clean_session
        self._client_id, self._session, present = self._broker.session(connect.client_id, self._clean)
        self._transport.write(packet(Kind.CONNACK, bytes([present, ACCEPTED])))
        self._session.resume(self._transport)
