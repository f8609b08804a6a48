"""Both ends of the bus: a publisher, and the bare subscriber that the agent is compared with, a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

TOPIC = "bench/readings"
IN_FLIGHT = 2_000
WINDOW = 8_192
"""Unacknowledged messages the subscriber takes: as many as the agent."""
PATIENCE_S = 60.0


class Publisher:
    """Publishes numbered readings, QoS 1."""

    def __init__(self, port: int) -> None:
        self.sent = 0
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.max_queued_messages_set(0)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def publish(self, count: int, hot: str = "") -> None:
        """`count` readings as fast as the bus takes them; blocks until it has them all. `hot`: a sensor that alerts."""
        for _ in range(count):
            self.sent += 1
            handed = self._client.publish(TOPIC, reading(self.sent, hot), qos=1)
            if self.sent % IN_FLIGHT == 0:
                handed.wait_for_publish(PATIENCE_S)
        handed.wait_for_publish(PATIENCE_S)

    def publish_to(self, topic: str, payloads: list[bytes]) -> None:
        """All of these as fast as the bus takes them; blocks until it has them."""
        for number, payload in enumerate(payloads, 1):
            handed = self._client.publish(topic, payload, qos=1)
            if number % IN_FLIGHT == 0:
                handed.wait_for_publish(PATIENCE_S)
        handed.wait_for_publish(PATIENCE_S)

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()


def reading(number: int, hot: str = "") -> bytes:
    """About 110 bytes."""
    sensor, temp_c = (hot, 99.0) if hot else (f"press-{number % 50:02d}", 40 + number % 400 / 10)
    return (
        f'{{"n":{number},"ts":{time.time():.6f},"sensor":"{sensor}","temp_c":{temp_c:.2f},'
        f'"vib":{number % 1000 / 1000:.3f},"line":"line-{number % 8}","status":"ok"}}'
    ).encode()


def start_subscriber(port: int, count: int) -> subprocess.Popen[str]:
    """A bare subscriber for `count` messages: prints `listening`, and `done` at the end."""
    command = [sys.executable, "-m", "benchmarks.agent.bus", str(port), str(count)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "listening\n"
    return process


def subscribe(port: int, count: int) -> None:
    """Take `count` messages at QoS 1 and throw them away."""
    client = Client(CallbackAPIVersion.VERSION2, client_id="bare", protocol=MQTTProtocolVersion.MQTTv5)
    left = count

    def on_message(*_: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            client.disconnect()

    client.on_message = on_message
    client.on_subscribe = lambda *_: print("listening", flush=True)
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.ReceiveMaximum = WINDOW
    client.connect("127.0.0.1", port, properties=properties)
    client.subscribe(TOPIC, 1)
    client.loop_forever()
    print("done", flush=True)


if __name__ == "__main__":
    subscribe(*map(int, sys.argv[1:]))
