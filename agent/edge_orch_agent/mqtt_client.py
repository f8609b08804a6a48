"""paho's client for one connection, over a socket that reads and writes much at once."""

from __future__ import annotations

import socket
from typing import cast

import msgspec
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge_orch_agent.buffered_socket import BufferedSocket
from edge_orch_agent.mqtt_address import Address

KEEPALIVE_S = 30
SESSION_EXPIRY_S = 30 * 86_400


class Will(msgspec.Struct, frozen=True):
    """What the broker says for us, retained, once we are gone."""

    topic: str
    payload: bytes


class BufferedClient(Client):
    """Connects once. `window` > 0: a persistent session, and manual acknowledgement of so many messages at a time."""

    def __init__(
        self, address: Address, client_id: str, version: MQTTProtocolVersion, window: int, will: Will | None
    ) -> None:
        five = version is MQTTProtocolVersion.MQTTv5
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if five else not window,
            protocol=version,
            reconnect_on_failure=False,
            manual_ack=bool(window),
        )
        self._address = address
        self._five = five
        self._window = window
        self._buffered: BufferedSocket
        if address.user is not None:
            self.username_pw_set(address.user, address.password)
        if address.tls:
            self.tls_set()
        if will is not None:
            self.will_set(will.topic, will.payload, qos=1, retain=True)

    def open(self) -> BufferedSocket:
        """Blocks until there is a connection; sends nothing yet. Raises `OSError` or `ValueError`."""
        host, port = self._address.host, self._address.port
        if self._five:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            if self._window:
                properties.SessionExpiryInterval = SESSION_EXPIRY_S
                properties.ReceiveMaximum = self._window
            self.connect(host, port, KEEPALIVE_S, clean_start=not self._window, properties=properties)
        else:
            self.connect(host, port, KEEPALIVE_S)
        return self._buffered

    def _create_socket(self) -> BufferedSocket:
        # paho has no public way to be given a socket. A socket, of TLS or not: only its WebSockets, which we do not
        # use, are none.
        self._buffered = BufferedSocket(cast("socket.socket", super()._create_socket()))
        return self._buffered
