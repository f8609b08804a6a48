"""A driver among scripted parts: a core, a link, a source, a sink and a clock."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from edge_orch_agent.artifacts import Artifacts
from edge_orch_agent.core.commands import Command, StartSource
from edge_orch_agent.core.events import (
    BatchRead,
    Event,
    LinkUp,
    Started,
)
from edge_orch_agent.core.transaction import Segment, Transaction
from edge_orch_agent.driver import CoreFailed, Driver
from edge_orch_agent.http_client import HttpClient
from edge_orch_agent.references import Resolver
from edge_orch_agent.sources.port import Emit
from edge_orch_agent.sources.stored_position import UnreadablePosition
from edge_orch_agent.store.memory_store import MemoryStore
from edge_orch_agent.store.port import StoreLost

from edge_orch.engine.records import Batch
from edge_orch.errors import StorageError
from edge_orch.plan.plan import Source
from edge_orch.time import Instant
from edge_orch.trust.keys import PrivateKey
from edge_orch.wire.link import LinkHandler
from edge_orch.wire.messages import Challenge

AGENT_KEY, CONTROLLER_KEY = PrivateKey.generate(), PrivateKey.generate()
MESSAGE = Challenge(b"nonce")


class Clock:
    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()

    def now(self) -> Instant:
        return Instant(0, int(self._loop.time() * 1e6), "boot")


class ScriptedCore:
    """Answers each kind of event as the test says, and remembers what it was told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.answers: dict[type, Callable[[Any], list[Command]]] = {}
        self.wake: int | None = None
        self._something = asyncio.Event()

    def handle(self, event: Event, now: Instant) -> list[Command]:  # noqa: ARG002 (the shape of a machine)
        self.events.append(event)
        self._something.set()
        return self.answers.get(type(event), lambda _event: [])(event)

    def wake_at(self) -> int | None:
        return self.wake

    async def until(self, kind: type) -> Any:
        async with asyncio.timeout(10):
            while True:
                for event in self.events:
                    if isinstance(event, kind):
                        return event
                self._something.clear()
                await self._something.wait()


class ScriptedLink:
    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.handler: LinkHandler
        self.running = asyncio.Event()

    async def run(self, handler: LinkHandler) -> None:
        self.handler = handler
        self.running.set()
        await asyncio.Event().wait()

    def send(self, payload: bytes) -> bool:
        self.sent.append(payload)
        return True


class ScriptedSource:
    def __init__(self) -> None:
        self.log: list[str] = []
        self.unreadable = ""
        self.emit: Emit

    async def start(self, positions: dict[str, bytes], emit: Emit) -> None:
        self.log.append(f"start {positions}")
        if self.unreadable in positions:
            raise UnreadablePosition(self.unreadable, "damaged")
        self.emit = emit

    def acknowledge(self, receipts: tuple[int, ...]) -> None:
        self.log.append(f"acknowledge {receipts}")

    async def stop(self) -> None:
        self.log.append("stop")


class ScriptedSink:
    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self.waits: asyncio.Event | None = None
        self.taken: list[tuple[bytes, str]] = []

    async def deliver(self, segment: Segment, idempotency_key: str) -> None:
        self.taken.append((segment.data, idempotency_key))
        if self.waits is not None:
            await self.waits.wait()
        if self.error is not None:
            raise self.error

    async def close(self) -> None:
        pass


class BrokenStore(MemoryStore):
    def commit(self, transaction: Transaction, essential: bool = False) -> int:  # noqa: ARG002 (the port's signature)
        raise StorageError("disk full")


class World:
    """A driver among scripted parts."""

    def __init__(self, store: MemoryStore | None = None, sink_error: Exception | None = None) -> None:
        self.core = ScriptedCore()
        self.link = ScriptedLink()
        self.source = ScriptedSource()
        self.sink = ScriptedSink(sink_error)
        self.store = store or MemoryStore()
        client = HttpClient(timeout_s=1)
        self.driver = Driver(
            self.core,
            self.store,
            agent="press-1",
            key=AGENT_KEY,
            controller_key=CONTROLLER_KEY.public,
            clock=Clock(),
            link=self.link,
            artifacts=Artifacts(client, "http://127.0.0.1:9", "press-1", AGENT_KEY),
            sources=lambda _job, _kind, _options: self.source,
            sinks=lambda _job, _name, _kind, _options: self.sink,
            resolver=Resolver(lambda _name: None, {}),
        )
        self._client = client

    async def __aenter__(self) -> World:
        self.task = asyncio.create_task(self.driver.run())
        await self.core.until(Started)
        await self.link.running.wait()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self.driver.stop()
        with contextlib.suppress(CoreFailed, StoreLost):
            await self.task
        await self._client.close()


def batch(receipt: int, payload: bytes = b"1\n") -> BatchRead:
    return BatchRead("press", Batch("p", payload, Instant(0, 0, "boot")), receipt, {"p": b"position"})


START = StartSource("press", Source("file", {"path": "x"}), {"p": b"before"})


async def started(world: World) -> None:
    world.core.answers[LinkUp] = lambda _event: [START]
    world.link.handler.link_up()
    async with asyncio.timeout(10):
        while not world.source.log:
            await asyncio.sleep(0)
