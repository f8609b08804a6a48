from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from edge_orch_agent.backoff import Backoff
from edge_orch_agent.http_client import HttpClient
from edge_orch_agent.links.mqtt import MqttLink
from edge_orch_agent.links.websocket import WebSocketLink
from edge_orch_controller.links import websocket
from edge_orch_controller.links.mqtt import MqttHub
from edge_orch_controller.links.websocket import WebSocketHub

from edge_orch.trust.keys import PrivateKey
from tests.contracts.link_contract import AGENT, AgentEnd, ControllerEnd, Joined, LinkContract, Pair
from tests.integration.mosquitto import free_port, mosquitto

pytestmark = pytest.mark.integration
KEY = PrivateKey.generate()


def at_once(_most_s: float) -> float:
    return 0.05


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


class Server:
    """A controller's HTTP server that can be taken away and brought back on its port."""

    def __init__(self, hub: WebSocketHub) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._hub = hub
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        self._hub.attach(app)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


class TestWebSocket(LinkContract):
    @pytest.fixture
    async def pair(self) -> AsyncIterator[Pair]:
        hub = WebSocketHub({AGENT: KEY.public}.get)
        server = Server(hub)
        await server.start()
        client = HttpClient()
        link = WebSocketLink(client, server.url, AGENT, KEY, Backoff(at_once))
        yield Pair(link, hub, cut=server.stop, mend=server.start)
        await client.close()
        await server.stop()

    @pytest.mark.parametrize("name", [AGENT, "stranger"])
    async def test_whoever_cannot_prove_its_name_stays_outside(self, name: str) -> None:
        hub = WebSocketHub({AGENT: KEY.public}.get)
        server = Server(hub)
        await server.start()
        client = HttpClient()
        controller = ControllerEnd()
        serving = asyncio.create_task(hub.run(controller))
        async with client.session.ws_connect(f"{server.url}/v1/link") as socket:
            link = WebSocketLink(client, server.url, name, PrivateKey.generate())
            await link._introduce(socket)
            answer = await socket.receive(10)
            assert answer.type is aiohttp.WSMsgType.CLOSE
        assert controller.said == []
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        await client.close()
        await server.stop()

    async def test_when_too_many_come_the_others_are_asked_to_come_back_within_a_time(self) -> None:
        hub = WebSocketHub({AGENT: KEY.public}.get)
        places = [hub._room.enter() for _ in range(websocket.WAITING)]
        server = Server(hub)
        await server.start()
        client = HttpClient()
        bounds: list[float] = []

        def refused(most_s: float) -> float:
            bounds.append(most_s)
            for _ in places:
                hub._room.leave()
            return 0.0

        agent, controller = AgentEnd(), ControllerEnd()
        link = WebSocketLink(client, server.url, AGENT, KEY, Backoff(refused))
        running = [asyncio.create_task(hub.run(controller)), asyncio.create_task(link.run(agent))]
        await controller.until(lambda: f"up {AGENT}" in controller.said)
        assert bounds == [websocket.RETRY_AFTER_S]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await client.close()
        await server.stop()

    async def test_whoever_goes_before_it_has_said_its_name_is_not_worth_a_line(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        hub = WebSocketHub({AGENT: KEY.public}.get)
        server = Server(hub)
        await server.start()
        client = HttpClient()
        serving = asyncio.create_task(hub.run(ControllerEnd()))
        async with client.session.ws_connect(f"{server.url}/v1/link") as impatient:
            await impatient.receive(10)
        await until(lambda: hub._room._inside == 0)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await client.close()
        await server.stop()
        assert [record.message for record in caplog.records if record.name == websocket.__name__] == []

    async def test_whoever_has_gone_while_it_waited_harms_nobody(self, caplog: pytest.LogCaptureFixture) -> None:
        hub = WebSocketHub({AGENT: KEY.public}.get)
        server = Server(hub)
        await server.start()
        agent, controller = AgentEnd(), ControllerEnd()
        serving = asyncio.create_task(hub.run(controller))
        hub._handshakes = asyncio.Semaphore(0)
        impatient = socket.create_connection(("127.0.0.1", server.port))
        impatient.sendall(
            b"GET /v1/link HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        await until(lambda: hub._room._inside == 1)
        impatient.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        impatient.close()  # as if the cable were cut
        client = HttpClient()
        link = WebSocketLink(client, server.url, AGENT, KEY, Backoff(at_once))
        running = [serving, asyncio.create_task(link.run(agent))]
        await until(lambda: hub._room._inside == 2)
        hub._handshakes.release()
        await controller.until(lambda: f"up {AGENT}" in controller.said)
        assert hub._room._inside == 0
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await client.close()
        await server.stop()
        assert [record for record in caplog.records if record.levelname == "ERROR"] == []


class TestMqtt(LinkContract):
    @pytest.fixture
    async def pair(self, tmp_path: Path) -> AsyncIterator[Pair]:
        with mosquitto(tmp_path) as broker:

            async def cut() -> None:
                await asyncio.to_thread(broker.stop)

            async def mend() -> None:
                await asyncio.to_thread(broker.start)

            link = MqttLink(broker.url, AGENT, Backoff(at_once))
            yield Pair(link, MqttHub(broker.url, "test", at_once), cut=cut, mend=mend)

    async def test_the_broker_tells_of_an_agent_that_vanished(self, pair: Pair) -> None:
        async with Joined(pair) as joined:
            link = pair.link
            assert isinstance(link, MqttLink)
            ours = link._connection._socket
            assert ours is not None
            with socket.socket(fileno=os.dup(ours.fileno())) as same:
                same.shutdown(socket.SHUT_RDWR)  # without a DISCONNECT
            await joined.controller.until(lambda: f"down {AGENT}" in joined.controller.said)
            await joined.both_up()
