"""One MQTT connection that never gives up: paho-mqtt on the event loop.

Only the connecting, which blocks, has a thread; from then on paho is called when its socket can be read or written, and
everything that happens is handed over in order, many things a turn. MQTT 5 is tried first, because only there a client
can widen the window of unacknowledged messages (mosquitto's default is 20); a broker that does not speak it gets 3.1.1.
Of what is read at once paho gets the first packet, and whatever is no PUBLISH: the messages behind it, if there are
any, are decoded together (`mqtt_publish.py`). So paho sees that the broker lives, and a torn packet is paho's.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge_orch_agent.backoff import Backoff
from edge_orch_agent.buffered_socket import BufferedSocket
from edge_orch_agent.mqtt_address import Address
from edge_orch_agent.mqtt_client import BufferedClient, Will
from edge_orch_agent.mqtt_happenings import Connected, Happening, Lost, Message, Published, Unsubscribed
from edge_orch_agent.mqtt_publish import decode_publishes, encode_pubacks

CONNACK_S = 3.0
UPKEEP_S = 5.0
"""How often paho looks whether it is time for a ping, or one was not answered."""
_UNSUPPORTED_PROTOCOL = "Unsupported protocol version"


class MqttConnection:
    """Connects, reconnects and hands over what happens.

    `handler` gets lists of happenings on the event loop's thread; where it raises, the connection is made anew.
    `window` > 0 keeps a persistent session, with manual acknowledgement of at most that many messages at a time; 0
    means a clean session. Between `hold` and `let_go` nothing is read: the network fills up and the broker holds back.
    """

    def __init__(
        self,
        url: str,
        client_id: str,
        handler: Callable[[list[Happening]], None],
        *,
        window: int = 0,
        will: Will | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self._address = Address.parse(url)
        self._client_id = client_id
        self._handler = handler
        self._window = window
        self._will = will
        self._backoff = backoff or Backoff()
        self._version = MQTTProtocolVersion.MQTTv5
        self._client: Client | None = None
        self._socket: BufferedSocket | None = None
        self._happenings: list[Happening] = []
        self._scheduled = False
        self._writing = False
        self._held = False
        self._understood = False
        self._speaks_five = False
        self._answered: asyncio.Event
        self._ended: asyncio.Event
        self._loop: asyncio.AbstractEventLoop

    async def run(self, goodbye: Will | None = None) -> None:
        """Keep connected until cancelled; then say `goodbye` (a broker publishes no will after it) and disconnect."""
        self._loop = asyncio.get_running_loop()
        while True:
            self._ended = asyncio.Event()
            self._answered = asyncio.Event()
            self._understood = False
            client = self._make_client()
            try:
                self._attach(client, await asyncio.to_thread(client.open))
                async with asyncio.timeout(CONNACK_S):
                    await self._answered.wait()
                while not self._ended.is_set():
                    await self._upkeep(client)
            except TimeoutError:
                self._hand_over(Lost("the broker does not answer"))
            except (OSError, ValueError) as error:
                self._understood = True  # nobody was there to misunderstand
                self._hand_over(Lost(str(error) or type(error).__name__))
            finally:
                self._held = False
                if goodbye is not None and client.is_connected():
                    client.publish(goodbye.topic, goodbye.payload, qos=0, retain=True)
                client.disconnect()
                self._write()
                self._client = None
            if not self._understood and not self._speaks_five:
                # Old brokers refuse a CONNECT of MQTT 5, or hang up, or wait for the rest of what they cannot read. So
                # does one that starts or has too much to do, and with 3.1.1 it would keep us waiting from then on.
                older = self._version is MQTTProtocolVersion.MQTTv5
                self._version = MQTTProtocolVersion.MQTTv311 if older else MQTTProtocolVersion.MQTTv5
            await asyncio.sleep(self._backoff.next_s())

    def hold(self) -> None:
        """Read nothing more for now."""
        if not self._held:
            self._held = True
            if self._socket is not None:
                self._loop.remove_reader(self._socket)

    def let_go(self) -> None:
        """Read on."""
        if self._held:
            self._held = False
            if self._socket is not None:
                self._loop.add_reader(self._socket, self._readable)

    def acknowledge(self, mids: Iterable[int]) -> None:
        """Send PUBACKs; without a connection the broker will send the messages again."""
        sock = self._socket
        if sock is not None:
            sock.send(encode_pubacks(mids))
            self._soon_write()

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> int | None:
        """Hand a message to the network; the packet id that `Published` will name, or None without a connection."""
        client = self._client
        if client is None or not client.is_connected():
            return None
        handed = client.publish(topic, payload, qos, retain)
        return handed.mid if handed.rc == 0 else None

    def subscribe(self, topic: str, qos: int = 1) -> None:
        """With MQTT 5 a subscription that exists already brings no retained messages again."""
        if self._client is None:
            return
        if self._version is MQTTProtocolVersion.MQTTv5:
            only_if_new = SubscribeOptions(qos=qos, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
            self._client.subscribe(topic, options=only_if_new)
        else:
            self._client.subscribe(topic, qos)

    def unsubscribe(self, topic: str) -> int | None:
        """The packet id that `Unsubscribed` will name, or None without a connection."""
        return self._client.unsubscribe(topic)[1] if self._client is not None else None

    def _make_client(self) -> BufferedClient:
        client = BufferedClient(self._address, self._client_id, self._version, self._window, self._will)
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_socket_register_write
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = lambda _c, _u, mid, _r, _p: self._hand_over(Published(mid))
        client.on_unsubscribe = lambda _c, _u, mid, _r, _p: self._hand_over(Unsubscribed(mid))
        return client

    # The network, on the event loop.

    def _attach(self, client: Client, sock: BufferedSocket) -> None:
        self._client, self._socket = client, sock
        self._loop.add_reader(sock, self._readable)
        self._write()

    def _on_socket_close(self, _client: Client, _userdata: object, sock: object) -> None:
        if self._socket is not None and self._socket is sock:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket = None

    def _on_socket_register_write(self, _client: Client, _userdata: object, sock: object) -> None:
        # While connecting this comes in the thread; `_attach` sends what is there by then.
        if self._socket is sock:
            self._soon_write()

    def _soon_write(self) -> None:
        if not self._writing:
            self._writing = True
            self._loop.call_soon(self._write)

    def _write(self) -> None:
        """Everything that paho has to send by now, in as few packets as the network takes."""
        self._writing = False
        client, sock = self._client, self._socket
        if client is None or sock is None:
            return
        client.loop_write()
        if self._socket is not sock:
            return  # the last packet was a DISCONNECT
        sock.flush()
        if sock.unsent:
            self._loop.add_writer(sock, self._write)
        else:
            self._loop.remove_writer(sock)

    def _readable(self) -> None:
        client, sock = self._client, self._socket
        if client is None or sock is None:
            return
        sock.fill()
        while self._socket is sock and sock.pending:
            client.loop_read()  # one packet, or the end
            if self._socket is sock:
                self._read_messages(sock)
        if self._socket is sock and sock.hidden:
            self._loop.call_soon(self._readable)

    def _read_messages(self, sock: BufferedSocket) -> None:
        """Those behind the packet that paho has read: if there is anything behind it, paho had all of it."""
        data, at = sock.ahead
        messages, at = decode_publishes(data, at, self._version is MQTTProtocolVersion.MQTTv5)
        sock.skip(at)
        self._hand_over(*messages)
        if not self._window and messages:  # as paho does with those that it reads
            self.acknowledge(message.mid for message in messages if message.mid)

    async def _upkeep(self, client: Client) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(UPKEEP_S):
                await self._ended.wait()
        client.loop_misc()

    # What paho tells, on the event loop as well.

    def _on_connect(
        self, client: Client, _userdata: object, flags: ConnectFlags, reason: ReasonCode, _properties: object
    ) -> None:
        self._understood = reason.getName() != _UNSUPPORTED_PROTOCOL
        self._answered.set()
        five = self._version is MQTTProtocolVersion.MQTTv5
        self._speaks_five = self._understood and (self._speaks_five or (five and not reason.is_failure))
        if reason.is_failure:
            self._hand_over(Lost(f"broker refused: {reason}"))
            client.disconnect()
        else:
            self._backoff.succeeded()
            self._hand_over(Connected(flags.session_present))

    def _on_message(self, client: Client, _userdata: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            # As MQTT demands of us; what was raised from here would reach nobody, and leave paho within this packet.
            self._hand_over(Lost("the broker sent a topic that is not UTF-8"))
            client.disconnect()
        else:
            self._hand_over(Message(topic, bytes(message.payload), message.mid, message.dup))

    def _on_disconnect(
        self, _client: Client, _userdata: object, _flags: DisconnectFlags, reason: ReasonCode, _properties: object
    ) -> None:
        self._hand_over(Lost(f"disconnected: {reason}"))
        self._answered.set()
        self._ended.set()

    def _hand_over(self, *happenings: Happening) -> None:
        self._happenings += happenings
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._drain)

    def _drain(self) -> None:
        """What a handler fails at was not acknowledged, and a broker repeats it to a new connection only."""
        self._scheduled = False
        happenings, self._happenings = self._happenings, []
        try:
            self._handler(happenings)
        except Exception:
            if self._client is not None:
                self._client.disconnect()
            raise
