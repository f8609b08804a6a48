"""Performs the core's commands for real, and tells it what happened. Decides nothing."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, ParamSpec, TypeVar

from edge_orch.errors import EdgeOrchError, Problem, Refused, Unavailable
from edge_orch.trust.keys import PrivateKey, PublicKey
from edge_orch.trust.seal import open_sealed, seal
from edge_orch.twin.facts import Fact
from edge_orch.wire.link import Hub
from edge_orch.wire.messages import Delta, Roll, decode_message, encode_message
from edge_orch_controller.clock import Clock
from edge_orch_controller.core.commands import Command, Commit, LoadTwin, Reply, Send, Warn
from edge_orch_controller.core.controller_core import ControllerCore
from edge_orch_controller.core.events import (
    AgentDown,
    AgentUp,
    ChangesRefused,
    CommitFailed,
    Committed,
    Event,
    LoadFailed,
    MessageReceived,
    Started,
    TwinLoaded,
    Woke,
)
from edge_orch_controller.screen import Screen
from edge_orch_controller.store.port import Store

CONTROLLER = "controller"
"""The name under which the controller seals."""

P = ParamSpec("P")
T = TypeVar("T")
FactT = TypeVar("FactT", bound=Fact)
log = logging.getLogger(__name__)


class CoreFailed(EdgeOrchError):
    """The core raised: a bug. What is durable is sound, and the controller can be started again."""


class Driver:
    """One controller at work. Everything but the store happens on the event loop's thread."""

    def __init__(
        self,
        core: ControllerCore,
        store: Store,
        *,
        key: PrivateKey,
        clock: Clock,
        hub: Hub,
        screen: Screen | None = None,
    ) -> None:
        self.core = core
        self.clock = clock
        self._store = store
        self._key = key
        self._hub = hub
        self._events: deque[Event] = deque()
        self._handling = False
        self._stopping = asyncio.Event()
        self._closed = False
        self._failure: CoreFailed | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._wake_us: int | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._requests = count(1)
        self._replies: dict[int, asyncio.Future[Reply]] = {}
        self._watchers: set[asyncio.Event] = set()
        self._screen = screen
        # One thread: transactions happen one after the other, and waiting for the disk does not stop the network.
        self._store_thread = ThreadPoolExecutor(1, "store")

    async def run(self) -> None:
        """Work until `stop`. Raises `CoreFailed` if the core does, and whatever ends the hub."""
        serving = asyncio.create_task(self._hub.run(self), name="hub")
        serving.add_done_callback(lambda _: self.stop())
        self.handle(Started())
        try:
            await self._stopping.wait()
        finally:
            await self._close(serving)
        if self._failure is not None:
            raise self._failure
        if not serving.cancelled() and (error := serving.exception()) is not None:
            raise error

    def stop(self) -> None:
        """Finish what is under way and close. Returns at once; `run` ends soon after."""
        self._stopping.set()
        for watcher in self._watchers:
            watcher.set()

    async def read(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a call of the store (or of something on top of it) where transactions take turns.

        Raises `Unavailable` once the controller has stopped.
        """
        if self._closed:
            raise Unavailable(Problem("the controller is stopping"))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._store_thread, lambda: call(*args, **kwargs))

    async def request(self, make: Callable[[int], Event], kind: type[FactT]) -> FactT:
        """Hand in a person's request; the fact it made, once that is durable. Raises what the core refuses it with."""
        if self._stopping.is_set():
            raise Unavailable(Problem("the controller is stopping"))
        number = next(self._requests)
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._replies[number] = future
        try:
            self.handle(make(number))
            reply = await future
        finally:
            del self._replies[number]
        if reply.error is not None:
            raise reply.error
        assert isinstance(reply.fact, kind)  # noqa: S101 -- a reply without an error has the fact that was asked for
        return reply.fact

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[asyncio.Event]:
        """An event that is set after whatever happens, until the block ends."""
        watcher = asyncio.Event()
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def key_of(self, agent: str) -> PublicKey | None:
        """The key an agent enrolled with."""
        member = self.core.members().get(agent)
        return PublicKey.from_bytes(member.agent.public_key) if member else None

    def handle(self, event: Event) -> None:
        """Hand one event to the core and perform what it says; events that this causes follow in their order."""
        self._events.append(event)
        if self._handling or self._closed or self._failure is not None:
            return
        self._handling = True
        try:
            while self._events:
                for command in self.core.handle(self._events.popleft(), self.clock.now()):
                    self._perform(command)
            self._set_timer()
        except Exception as error:
            log.exception("the core failed")
            problem = Problem(
                "the controller's core failed, which is a bug; nothing durable is lost",
                found=repr(error),
                next_step="start the controller again, and report the log",
            )
            self._failure = CoreFailed(problem)
            self.stop()
        finally:
            self._handling = False
            for watcher in self._watchers:
                watcher.set()

    # What the hub tells.

    def agent_up(self, agent: str) -> None:
        log.info("agent %s is here", agent)
        self.handle(AgentUp(agent))

    def agent_down(self, agent: str) -> None:
        log.info("agent %s is gone", agent)
        self.handle(AgentDown(agent))

    def message_received(self, agent: str, payload: bytes) -> None:
        """Only what this very agent has sealed reaches the core."""
        try:
            sealed = open_sealed(payload, self.key_of)
            if sealed.sender != agent:
                raise Refused(Problem("sealed by another agent", expected=agent, found=sealed.sender))
            message = decode_message(sealed.body)
        except EdgeOrchError as error:
            log.warning("message of agent %s refused: %s", agent, error)
            return
        if self._screen is not None and isinstance(message, Delta | Roll) and message.changes:
            self._spawn(self._tried(self._screen, agent, message))
        else:
            self.handle(MessageReceived(agent, message))

    async def _tried(self, screen: Screen, agent: str, message: Delta | Roll) -> None:
        """Bytes of a peer meet native code in another process first."""
        try:
            read = await screen.read(message.changes)
        except EdgeOrchError as error:
            self.handle(ChangesRefused(agent, error.problems[0]))
        else:
            self.handle(MessageReceived(agent, message, read))

    # What the core commands.

    def _perform(self, command: Command) -> None:
        match command:
            case Commit():
                self._spawn(self._commit(command))
            case LoadTwin(agent):
                self._spawn(self._load(agent))
            case Send(agent, message):
                self._hub.send(agent, seal(self._key, CONTROLLER, encode_message(message)))
            case Reply():
                future = self._replies.get(command.request)
                if future is not None and not future.done():
                    future.set_result(command)
            case Warn(agent, problem):
                log.warning("agent %s: %s", agent, problem)

    async def _commit(self, command: Commit) -> None:
        try:
            await self.read(self._store.commit, command.transaction)
        except Exception as error:  # whatever the store met, the core must know and may try again
            log.error("cannot store: %s", error)
            self.handle(CommitFailed(command.ticket, str(error)))
        else:
            self.handle(Committed(command.ticket))

    async def _load(self, agent: str) -> None:
        try:
            loaded = await self.read(self._twin, agent)
        except Exception as error:
            self.handle(LoadFailed(agent, str(error)))
        else:
            self.handle(loaded)

    def _twin(self, agent: str) -> TwinLoaded:
        return TwinLoaded(agent, tuple(self._store.changes(agent)), self._store.epoch(agent))

    def _set_timer(self) -> None:
        wake_us = self.core.wake_at()
        if wake_us == self._wake_us or self._stopping.is_set():
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wake_us = wake_us
        if wake_us is not None:
            delay_s = max(0.0, (wake_us - self.clock.now().mono_us) / 1e6)
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._wake)

    def _wake(self) -> None:
        self._wake_us = None
        self.handle(Woke())

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close(self, serving: asyncio.Task[None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        # A commit may start another: what was asked for before the stop is finished, and answered.
        while self._tasks and self._failure is None:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self._closed = True
        for future in self._replies.values():
            if not future.done():
                future.set_exception(Unavailable(Problem("the controller is stopping")))
        await asyncio.to_thread(self._store_thread.shutdown)
        if self._screen is not None:
            await self._screen.close()
