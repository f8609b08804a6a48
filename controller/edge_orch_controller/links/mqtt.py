"""The hub over an MQTT broker, whose access list pins each agent to its own topics."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import msgspec
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from edge_orch.errors import Invalid, Problem
from edge_orch.trust.seal import MAX_SEALED
from edge_orch.wire.link import HubHandler, Jitter
from edge_orch.wire.topics import agent_of, down_sync, presence, up_sync

KEEPALIVE_S = 30
SLOWEST_RETRY_S = 30.0
ONLINE = b"online"

log = logging.getLogger(__name__)


class Broker(msgspec.Struct, frozen=True):
    """Where a broker is and who we are there."""

    host: str
    port: int = 1883
    user: str | None = None
    password: str | None = None
    tls: bool = False

    @classmethod
    def parse(cls, url: str) -> Broker:
        """`mqtt[s]://[user[:password]@]host[:port]`. Raises `Invalid`; a password is never shown."""
        try:
            parts = urlsplit(url)
            tls = {"mqtt": False, "mqtts": True}[parts.scheme]
            port = parts.port or (8883 if tls else 1883)
        except (KeyError, ValueError):
            parts, tls, port = urlsplit(""), False, 0
        if not parts.hostname:
            problem = Problem("not an MQTT broker", expected="mqtt://HOST:PORT", found=repr(url.rsplit("@", 1)[-1]))
            raise Invalid(problem)
        user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
        return cls(parts.hostname, port, user, password, tls)


class MqttHub:
    """A `Hub`. Clean session: nothing is queued while we are away, presence is retained by the broker."""

    def __init__(self, broker: str, name: str, jitter: Jitter) -> None:
        self._broker = Broker.parse(broker)
        self._name = name
        self._jitter = jitter
        self._present: set[str] = set()
        self._client: Client | None = None
        self._handler: HubHandler

    async def run(self, handler: HubHandler) -> None:
        """Keep connected to the broker until cancelled."""
        self._handler = handler
        delay_s = 1.0
        while True:
            ended = asyncio.Event()
            client = self._make_client(ended, asyncio.get_running_loop())
            try:
                await asyncio.to_thread(client.connect, self._broker.host, self._broker.port, KEEPALIVE_S)
                client.loop_start()
                await ended.wait()
                delay_s = 1.0
            except (OSError, ValueError) as error:
                log.warning("MQTT broker %s:%d unreachable: %s", self._broker.host, self._broker.port, error)
                delay_s = min(2 * delay_s, SLOWEST_RETRY_S)
            finally:
                self._client = None
                client.disconnect()
                await asyncio.shield(asyncio.to_thread(client.loop_stop))
                self._everyone_is_gone()
            await asyncio.sleep(self._jitter(delay_s))

    def send(self, agent: str, payload: bytes) -> bool:
        """Publish to an agent that is present; False, and nothing is kept, otherwise."""
        if self._client is None or agent not in self._present:
            return False
        return self._client.publish(down_sync(agent), payload, qos=1).rc == 0

    def _make_client(self, ended: asyncio.Event, loop: asyncio.AbstractEventLoop) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=f"edge-orch-controller-{self._name}", reconnect_on_failure=False
        )
        if self._broker.user is not None:
            client.username_pw_set(self._broker.user, self._broker.password)
        if self._broker.tls:
            client.tls_set()

        # Called in paho's thread; everything is handed over to the event loop, in order.
        def on_loop(call: Callable[[], object]) -> None:
            loop.call_soon_threadsafe(call)

        def connected(_c: Client, _u: object, _f: ConnectFlags, reason: ReasonCode, _p: object) -> None:
            if reason.is_failure:
                log.warning("MQTT broker refused us: %s", reason)
                client.disconnect()
                return
            client.subscribe([(up_sync("+"), 1), (presence("+"), 1)])
            on_loop(lambda: setattr(self, "_client", client))

        def disconnected(_c: Client, _u: object, _f: DisconnectFlags, _r: ReasonCode, _p: object) -> None:
            on_loop(ended.set)

        client.on_connect = connected
        client.on_disconnect = disconnected
        client.on_message = lambda _c, _u, message: on_loop(lambda: self._received(message))
        return client

    def _received(self, message: MQTTMessage) -> None:
        agent = agent_of(message.topic)
        if agent is None or len(message.payload) > MAX_SEALED:
            return
        if message.topic == presence(agent):
            self._presence(agent, online=bytes(message.payload) == ONLINE)
        elif message.topic == up_sync(agent):
            if agent not in self._present:
                self._presence(agent, online=True)
            self._handler.message_received(agent, bytes(message.payload))

    def _presence(self, agent: str, *, online: bool) -> None:
        if online:
            # Said again means connected again: whatever we sent in between is lost.
            self._present.add(agent)
            self._handler.agent_up(agent)
        elif agent in self._present:
            self._present.discard(agent)
            self._handler.agent_down(agent)

    def _everyone_is_gone(self) -> None:
        for agent in sorted(self._present):
            self._handler.agent_down(agent)
        self._present.clear()
