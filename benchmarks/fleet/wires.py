"""Connections of light agents: WebSocket clients and MQTT clients, as small as the protocols allow, counting bytes.

Counted is what the sockets carry both ways, with the HTTP upgrade, frames and MQTT packets, without TCP/IP headers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from edge_orch_controller.demo.packets import Kind, Message, packet, publish, read_publish, take_packet

from benchmarks.fleet.agent import LightAgent
from edge_orch.trust.seal import seal
from edge_orch.wire.messages import Challenge, Hello, decode_message, encode_message
from edge_orch.wire.topics import down_sync, presence, up_sync

Lost = Callable[[float], None]
"""Told within how long it should come back; 0 if nobody asks."""
_KEEPALIVE_S = 60


class Wire(asyncio.Protocol):
    """One connection. `up`: it has said who it is. `lost` is called once, when it has gone or was refused."""

    def __init__(self, lost: Lost) -> None:
        self.up = False
        self._asked_s = 0.0
        self._lost = lost
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's shape
        self.up, self._transport = False, None
        self._lost(self._asked_s)

    @property
    def answered(self) -> bool:
        """Whether the other end has said anything but no."""
        return self.up

    def abort(self) -> None:
        """As if the cable were cut."""
        if self._transport is not None:
            self._transport.abort()

    def say(self, agent: LightAgent, messages: list[bytes]) -> None:
        """Send; lost if the wire is down."""
        raise NotImplementedError

    def _write(self, data: bytes) -> int:
        if self._transport is None or self._transport.is_closing():
            return 0
        self._transport.write(data)
        return len(data)


class WebSocketWire(Wire):
    """One agent's own connection to the controller's server."""

    def __init__(self, agent: LightAgent, host: str, lost: Lost) -> None:
        super().__init__(lost)
        self._agent = agent
        self._host = host
        self._upgraded = False

    @property
    def answered(self) -> bool:
        return self._upgraded

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._agent.sent += self._write(
            f"GET /v1/link HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._agent.received += len(data)
        self._buffer += data
        if not self._upgraded:
            head, found, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                wish = head.partition(b"Retry-After: ")[2].split(b"\r\n")[0]
                self._asked_s = float(wish or 0)
                self.abort()
                return
            self._upgraded, self._buffer = True, bytearray(rest)
        while (frame := self._take_frame()) is not None:
            self._frame(*frame)

    def say(self, agent: LightAgent, messages: list[bytes]) -> None:
        for message in messages:
            agent.sent += self._write(_frame(2, message))

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == 9:
            self._agent.sent += self._write(_frame(10, payload))
        elif opcode == 8:
            self.abort()
        elif opcode == 2 and self.up:
            self.say(self._agent, self._agent.hear(payload))
        elif opcode == 2:
            challenge = decode_message(payload)
            assert isinstance(challenge, Challenge)
            hello = encode_message(Hello(self._agent.name, challenge.nonce))
            self.up = True
            self.say(self._agent, [seal(self._agent.key, self._agent.name, hello), *self._agent.open()])

    def _take_frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1] & 0x7F, 2
        if size >= 126:
            start = 4 if size == 126 else 10
            size = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + size:
            return None
        opcode, payload = buffer[0] & 0x0F, bytes(buffer[start : start + size])
        del buffer[: start + size]
        return opcode, payload


class MqttWire(Wire):
    """A connection to the broker, of one agent or of several that share it."""

    def __init__(self, agents: list[LightAgent], lost: Lost) -> None:
        super().__init__(lost)
        self._agents = {down_sync(agent.name): agent for agent in agents}
        self._packets = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        first = next(iter(self._agents.values()))
        will = _text(presence(first.name)) + _text("offline")
        body = _text("MQTT") + bytes([4, 0x2E]) + _KEEPALIVE_S.to_bytes(2, "big") + _text(f"light-{first.name}") + will
        first.sent += self._write(packet(Kind.CONNECT, body))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (found := take_packet(self._buffer)) is not None:
            self._packet(*found)

    def say(self, agent: LightAgent, messages: list[bytes]) -> None:
        for message in messages:
            agent.sent += self._write(publish(Message(up_sync(agent.name), message), self._next(), dup=False))

    def _packet(self, first: int, body: bytes) -> None:
        match Kind(first >> 4):
            case Kind.CONNACK:
                self._connected()
            case Kind.PUBLISH:
                message, mid = read_publish(first, body)
                agent = self._agents[message.topic]
                agent.received += len(body) + 3
                if mid:
                    agent.sent += self._write(packet(Kind.PUBACK, mid.to_bytes(2, "big")))
                self.say(agent, agent.hear(message.payload))
            case _:  # acknowledgements of what may be lost
                next(iter(self._agents.values())).received += len(body) + 2

    def _connected(self) -> None:
        self.up = True
        for topic, agent in self._agents.items():
            subscription = self._next().to_bytes(2, "big") + _text(topic) + b"\1"
            online = _text(presence(agent.name)) + self._next().to_bytes(2, "big") + b"online"
            agent.sent += self._write(packet(Kind.SUBSCRIBE, subscription, 2) + packet(Kind.PUBLISH, online, 3))
            self.say(agent, agent.open())

    def _next(self) -> int:
        self._packets = self._packets % 65_535 + 1
        return self._packets


def _frame(opcode: int, payload: bytes) -> bytes:
    """A client's frame; its mask is zero, which the protocol allows and a benchmark on loopback may use."""
    size = len(payload)
    if size < 126:
        head = bytes([0x80 | opcode, 0x80 | size])
    elif size < 1 << 16:
        head = bytes([0x80 | opcode, 0x80 | 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([0x80 | opcode, 0x80 | 127]) + size.to_bytes(8, "big")
    return head + bytes(4) + payload


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2, "big") + data
