"""Performs the core's commands for real, and tells it what happened. Decides nothing."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from edge_orch.errors import EdgeOrchError, Problem
from edge_orch.machine import Machine
from edge_orch.time import Instant
from edge_orch.trust.keys import PrivateKey, PublicKey
from edge_orch.trust.seal import open_sealed, seal
from edge_orch.wire.link import Link
from edge_orch.wire.messages import decode_message, encode_message
from edge_orch_agent.artifacts import Artifacts
from edge_orch_agent.backoff import Backoff
from edge_orch_agent.core.commands import (
    Acknowledge,
    Command,
    Commit,
    Deliver,
    Fetch,
    Measure,
    Merge,
    Recall,
    Reply,
    Send,
    Show,
    StartSource,
    StopSource,
)
from edge_orch_agent.core.events import (
    BatchRead,
    DeliveryFailed,
    Event,
    LinkDown,
    LinkUp,
    Measured,
    MessageReceived,
    PositionLost,
    SourceFailed,
    Started,
    Stopping,
    Woke,
)
from edge_orch_agent.core.guarding import Crash
from edge_orch_agent.courier import Courier, MakeSink
from edge_orch_agent.kernel import bytes_written
from edge_orch_agent.logs import event as line
from edge_orch_agent.people import People
from edge_orch_agent.reading import MakeSource, Reading
from edge_orch_agent.references import Resolver
from edge_orch_agent.store.port import Store, StoreLost
from edge_orch_agent.store_thread import StoreThread
from edge_orch_agent.timer import Timer

CONTROLLER = "controller"
"""The name under which the controller seals."""
FLUSH_S = 3.0
"""How long a stop waits for what was read to become durable, and for deliveries under way."""

log = logging.getLogger(__name__)


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> Instant: ...


class CoreFailed(EdgeOrchError):
    """The core raised: a bug. What is durable is sound, and the agent can be started again."""


class Driver:
    """One agent at work. Everything but commits and reads of the store happens on the event loop's thread."""

    def __init__(
        self,
        core: Machine[Event, Command],
        store: Store,
        *,
        agent: str,
        key: PrivateKey,
        controller_key: PublicKey,
        clock: Clock,
        link: Link,
        artifacts: Artifacts,
        sources: MakeSource,
        sinks: MakeSink,
        resolver: Resolver,
        crash: Crash | None = None,
    ) -> None:
        self._core = core
        self._store = StoreThread(store, self._fail)
        self._agent = agent
        self._key = key
        self._controller_key = controller_key
        self._clock = clock
        self._link = link
        self._artifacts = artifacts
        self._reading = Reading(sources, resolver, self._read)
        self._courier = Courier(agent, self._store.segment, sinks, resolver)
        self._crash = crash
        self._events: deque[Event] = deque()
        self._handling = False
        self._stopping = asyncio.Event()
        self._handled = asyncio.Event()
        self._committing = 0
        self._delivering = 0
        self._failure: CoreFailed | StoreLost | None = None
        self._timer = Timer(lambda: self.handle(Woke()))
        self._tasks: set[asyncio.Task[None]] = set()
        self.people = People(self.handle, self._stopping)

    async def run(self) -> None:
        """Work until `stop`. Raises `CoreFailed` if the core does, `StoreLost` if the store must be opened anew."""
        linking = asyncio.create_task(self._keep_linked(), name="link")
        try:
            self.handle(Started(self._crash))
            await self._stopping.wait()
            self.handle(Stopping())
            await self._flush()
        finally:
            await self._close(linking)
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Take in nothing more, make durable what was read and what sinks took, close. Returns at once."""
        self._reading.hold()
        self._stopping.set()

    async def request(self, make: Callable[[int], Event]) -> Reply:
        """Hand in a person's request and wait for its reply."""
        return await self.people.request(make)

    def handle(self, event: Event) -> None:
        """Hand one event to the core and perform what it says; events that this causes follow in their order."""
        self._events.append(event)
        if self._handling or self._failure is not None:
            return
        self._handling = True
        try:
            while self._events:
                for command in self._core.handle(self._events.popleft(), self._clock.now()):
                    self._perform(command)
            self._set_timer()
        except Exception as error:
            log.exception(line("core_failed", error=repr(error)))
            problem = Problem(
                "the agent's core failed, which is a bug; nothing durable is lost",
                found=repr(error),
                next_step="start the agent again, and report the log",
            )
            self._fail(CoreFailed(problem))
        finally:
            self._handling = False
            self._handled.set()

    def _fail(self, failure: CoreFailed | StoreLost) -> None:
        """End, and say why. Nothing more reaches the core: what is not durable now never will be by this run."""
        self._failure = self._failure or failure
        self._stopping.set()

    # What the link tells.

    def link_up(self) -> None:
        """The controller can be reached."""
        log.info(line("link_up"))
        self.handle(LinkUp())

    def link_down(self) -> None:
        """The controller cannot be reached."""
        log.info(line("link_down"))
        self.handle(LinkDown())

    def message_received(self, payload: bytes) -> None:
        """Only what the controller has sealed reaches the core."""
        try:
            sealed = open_sealed(payload, {CONTROLLER: self._controller_key}.get)
            message = decode_message(sealed.body)
        except EdgeOrchError as error:
            log.warning(line("message_refused", reason=error.problems[0].what))
            return
        self.handle(MessageReceived(message))

    # What the core commands.

    def _perform(self, command: Command) -> None:
        match command:
            case Commit():
                self._committing += 1
                self._spawn(self._commit(command), "commit")
            case Acknowledge(job, receipts):
                self._reading.acknowledge(job, receipts)
            case Send(message):
                self._link.send(seal(self._key, self._agent, encode_message(message)))
            case Fetch() | Recall() | Merge():
                self._spawn(self._bring(command), "bring")
            case StartSource():
                log.info(line("source_started", job=command.job, kind=command.source.kind))
                self._reading.start(command)
            case StopSource(job):
                log.info(line("source_stopped", job=job))
                stopped = self._reading.stop(job)
                if stopped is not None:
                    self._watch(stopped)
            case Deliver():
                self._delivering += 1
                self._spawn(self._deliver(command), f"deliver {command.stream}")
            case Measure():
                written = bytes_written()
                if written is not None:
                    self.handle(Measured(written))
            case Reply() | Show():
                self.people.answer(command)

    async def _keep_linked(self) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._link.run(self)
            except Exception as error:
                log.exception(line("link_failed", error=repr(error)))
            await asyncio.sleep(backoff.next_s())

    async def _commit(self, command: Commit) -> None:
        outcome = await self._store.commit(command)
        self._committing -= 1
        self.handle(outcome)

    async def _bring(self, command: Fetch | Recall | Merge) -> None:
        match command:
            case Fetch(digest):
                self.handle(await self._artifacts.fetch(digest))
            case Recall():
                self.handle(await self._store.recall(command))
            case Merge():
                self.handle(await self._store.merge(command))

    async def _deliver(self, command: Deliver) -> None:
        outcome = await self._courier.deliver(command)
        if isinstance(outcome, DeliveryFailed):
            log.warning(line("delivery_failed", stream=outcome.stream, reason=outcome.reason))
        self._delivering -= 1
        self.handle(outcome)

    def _read(self, event: BatchRead | SourceFailed | PositionLost) -> None:
        if isinstance(event, PositionLost):
            log.warning(line("position_lost", job=event.job, partition=event.partition, reason=event.reason))
        if isinstance(event, SourceFailed):
            log.warning(line("source_failed", job=event.job, reason=event.reason))
        self.handle(event)

    def _set_timer(self) -> None:
        wake_us = self._core.wake_at()
        self._timer.set(None if wake_us is None else (wake_us - self._clock.now().mono_us) / 1e6)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._watch(asyncio.create_task(work, name=name))

    def _watch(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error(
                line("task_failed", task=task.get_name(), error=repr(task.exception())), exc_info=task.exception()
            )

    async def _flush(self) -> None:
        """Wait for what is under way: until records are durable and the cursors of deliveries, too."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_S):
                while self._failure is None and (self._committing or self._delivering or self._reading.unacknowledged):
                    self._handled.clear()
                    await self._handled.wait()

    async def _close(self, linking: asyncio.Task[None]) -> None:
        self._timer.stop()
        await self._reading.close()
        for task in (linking, *self._tasks):
            task.cancel()
        await asyncio.gather(linking, *self._tasks, return_exceptions=True)
        await self._courier.close()
        self.people.close()
        await self._store.close()
