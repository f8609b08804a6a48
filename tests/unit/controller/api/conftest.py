"""A controller behind its API: real store in memory, real core and driver, no network but the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import msgspec
import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from edge_orch_controller.api.app import make_app
from edge_orch_controller.api.context import Controller
from edge_orch_controller.core.controller_core import ControllerCore
from edge_orch_controller.core.events import AgentUp, MessageReceived
from edge_orch_controller.core.records import AuditEntry, Role
from edge_orch_controller.core.settings import Settings
from edge_orch_controller.credentials import make_token
from edge_orch_controller.driver import Driver
from edge_orch_controller.registry import Registry
from edge_orch_controller.store.memory_store import MemoryStore

from edge_orch.time import SECOND, Instant
from edge_orch.trust.keys import PrivateKey
from edge_orch.twin.actor import new_actor
from edge_orch.twin.facts import Fact
from edge_orch.twin.replica import Replica
from edge_orch.wire.api import EnrollRequest, EnrollResult, ErrorBody, TokenRequest, TokenView
from edge_orch.wire.link import HubHandler
from edge_orch.wire.messages import Delta

T = TypeVar("T")

JOB = """\
apiVersion: edge-orch/v1
kind: Job
metadata: {name: press}
spec:
  target: role = 'press'
  params:
    hot_c: {type: float, default: 85.0, min: 0, max: 200, override: operator}
    quorum: {type: int, default: 4, min: 1, override: admin}
  source: {mqtt: {topic: factory/+/raw}}
  steps:
    - schematize: {json: {}, fields: {temp_c: {type: float}}}
    - filter: temp_c < :hot_c
  outputs: {all: {from: filter, to: out}}
  sinks: {out: {file: {path: out.ndjson}}}
"""


class TestClock:
    """Stands still until it is moved."""

    __test__ = False

    def __init__(self) -> None:
        self.instant = Instant(1_800_000_000 * SECOND, 0, "test")

    def now(self) -> Instant:
        return self.instant


class NoHub:
    """Nobody is connected."""

    async def run(self, handler: HubHandler) -> None:  # noqa: ARG002 -- the port's
        await asyncio.Event().wait()

    def send(self, agent: str, payload: bytes) -> bool:  # noqa: ARG002
        return False


class Api:
    """The API's client, for people of each role."""

    def __init__(
        self,
        client: TestClient[web.Request, web.Application],
        controller: Controller,
        clock: TestClock,
        store: MemoryStore,
    ) -> None:
        self.client, self.controller, self.clock, self.store = client, controller, clock, store
        self.tokens: dict[str, str] = {}
        for role in ("viewer", "operator", "admin"):
            self.add_user(role, role)

    def add_user(self, name: str, role: Role, expires_in: str = "") -> None:
        text, token = make_token(TokenRequest("user", name, role=role, expires_in=expires_in), "test", self.now_us)
        self.store.add_token(token, AuditEntry(0, "test", "test", name))
        self.tokens[name] = text

    @property
    def now_us(self) -> int:
        return self.clock.instant.wall_us

    async def ask(self, method: str, path: str, body: object = None, who: str = "admin") -> ClientResponse:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        data = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        return await self.client.request(method, path, data=data, headers=headers)

    async def get(self, path: str, shape: type[T], who: str = "viewer") -> T:
        response = await self.ask("GET", path, who=who)
        assert response.status == 200, await response.text()
        return msgspec.json.decode(await response.read(), type=shape)

    async def post(self, path: str, body: object, shape: type[T], who: str = "admin") -> T:
        response = await self.ask("POST", path, body, who)
        assert response.status in (200, 201), await response.text()
        return msgspec.json.decode(await response.read(), type=shape)

    async def refused(self, method: str, path: str, body: object = None, who: str = "admin") -> tuple[int, ErrorBody]:
        response = await self.ask(method, path, body, who)
        assert response.status >= 400, await response.text()
        return response.status, msgspec.json.decode(await response.read(), type=ErrorBody)

    async def enroll(self, name: str, key: PrivateKey | None = None) -> EnrollResult:
        key = key or PrivateKey.generate()
        token = await self.post(
            "/v1/tokens", TokenRequest("join", name, {"role": name.split("-", maxsplit=1)[0]}), TokenView
        )
        return await self.post("/v1/enroll", EnrollRequest(token.token, name, key.public.hex), EnrollResult, who="")

    def agent_says(self, name: str, *facts: Fact) -> None:
        """The agent comes up and its facts arrive."""
        replica = Replica.open(name, new_actor("agent", name, b"01234567"), [])
        changes = replica.edit(facts)
        replica.persisted(changes)
        raws = tuple(change.raw for change in changes)
        self.controller.driver.handle(AgentUp(name))
        self.controller.driver.handle(MessageReceived(name, Delta(name, 0, raws, replica.vector(), b"boot", {})))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something to have happened in the driver."""
        async with asyncio.timeout(10), self.controller.driver.watch() as happened:
            while not condition():
                await happened.wait()
                happened.clear()


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    store, key, clock = MemoryStore(), PrivateKey.generate(), TestClock()
    core = ControllerCore(Settings("controller", b"nonce678"), store.load())
    driver = Driver(core, store, key=key, clock=clock, hub=NoHub())
    controller = Controller(driver, Registry(store, key), store, key.public)
    working = asyncio.create_task(driver.run())
    async with TestClient(TestServer(make_app(controller))) as client:
        yield Api(client, controller, clock, store)
    driver.stop()
    await working
