"""The plant's own MQTT bus: mosquitto where there is one, else the demo's broker in this process."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import socket
from pathlib import Path
from typing import Protocol

from edge_orch_controller.demo.broker import Broker
from edge_orch_controller.demo.child import Child


class Bus(Protocol):
    """A broker on loopback."""

    name: str
    port: int
    speaks_mqtt_5: bool

    async def run(self) -> None:
        """Serve until cancelled or stopped."""
        ...

    async def stop(self) -> None: ...


class Mosquitto:
    """A mosquitto of our own, configured so that SIGKILL costs at most what it took in its last second."""

    name = "mosquitto"
    speaks_mqtt_5 = True

    def __init__(self, program: str, folder: Path) -> None:
        self.port = free_port()
        (folder / "bus").mkdir()
        configuration = folder / "bus" / "mosquitto.conf"
        configuration.write_text(_configuration(self.port, folder / "bus"))
        self.child = Child(self.name, [program, "-c", str(configuration)], folder / "mosquitto.log")

    async def run(self) -> None:
        """Keep it alive until `stop`."""
        await self.child.run()

    async def stop(self) -> None:
        """Ask it to end."""
        await self.child.stop()


class InProcess:
    """The demo's own small broker, for machines without mosquitto."""

    name = "in-process broker"
    speaks_mqtt_5 = False

    def __init__(self) -> None:
        self.port = free_port()
        self._broker = Broker(self.port)

    async def run(self) -> None:
        """Serve until cancelled."""
        await self._broker.run()

    async def stop(self) -> None:
        """It ends with the task that runs it."""


def make_bus(folder: Path, no_mosquitto: bool = False) -> Bus:
    """mosquitto if it is installed (often outside PATH, in /usr/sbin) and wanted, else the in-process broker."""
    if no_mosquitto:
        return InProcess()
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")
    return Mosquitto(program, folder) if program else InProcess()


def free_port() -> int:
    """A port on loopback that nobody listens on right now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def listening(port: int) -> bool:
    """Whether somebody accepts connections there."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _configuration(port: int, folder: Path) -> str:
    return f"""\
listener {port} 127.0.0.1
allow_anonymous true
user {getpass.getuser()}
log_type error
log_type warning
# Saved every second: a killed broker forgets what it took since then, and the sensors send that again. Saving at every
# change forgets nothing, but mosquitto writes all it holds each time, and falls behind at a thousand lines a second.
persistence true
persistence_location {folder}/
autosave_on_changes false
autosave_interval 1
# The defaults drop messages for a subscriber that is away or slow.
max_inflight_messages 0
max_queued_messages 0
"""
