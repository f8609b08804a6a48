"""A device in memory around a real AgentCore: store, source, sinks, controller's twin, clock, and a plug to pull.

Commands are performed one after the other, their answers handed in afterwards, as a driver's event loop does.
"""

from __future__ import annotations

import copy
from collections import Counter, deque

from edge_orch_agent.core.agent_core import AgentCore
from edge_orch_agent.core.commands import (
    Acknowledge,
    Command,
    Commit,
    Deliver,
    Fetch,
    Merge,
    Recall,
    Reply,
    Send,
    StartSource,
    StopSource,
)
from edge_orch_agent.core.events import (
    ArtifactFetched,
    CommitFailed,
    Committed,
    Delivered,
    DeliveryFailed,
    Event,
    LinkDown,
    LinkUp,
    Merged,
    MessageReceived,
    Recalled,
    Started,
    Woke,
)
from edge_orch_agent.core.guarding import Crash
from edge_orch_agent.core.identity import AgentIdentity
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.transaction import JobDeadLetter, StreamId
from edge_orch_agent.store.memory_store import MemoryStore
from edge_orch_agent.store.port import DiskFull, Store

from edge_orch.testing.clock import Clock
from edge_orch.time import SECOND, Instant
from edge_orch.twin.commands import SyncMessage
from edge_orch.twin.facts import Facts
from tests.unit.agent.core.controller import AGENT, KEY, Controller
from tests.unit.agent.core.numbered_source import Source


class Unplugged(Exception):
    """The power went before this command."""


class Rig:
    """`unplug_at`: the number of the command before which the power goes, once; then it starts anew by itself."""

    def __init__(self, unplug_at: int | None = None, store: Store | None = None) -> None:
        self.settings = Settings(have_every_us=5 * SECOND, probation_us=60 * SECOND)
        self.store = store or MemoryStore()
        self.controller = Controller()
        self.sources: dict[str, Source] = {}
        self.delivered: dict[str, dict[str, bytes]] = {}
        self.deliveries: Counter[str] = Counter()
        self.down: set[str] = set()  # sinks that cannot be reached
        self.unreadable: set[StreamId] = set()  # streams whose segments are damaged
        self.secrets: dict[str, str] = {}
        self.poison: bytes | None = None  # what no sink will ever take
        self.commits_to_fail = 0
        self.replies: dict[int, Reply] = {}
        self.performed = 0
        self.trace: list[Event | Command] = []
        self.linked = False
        self.unplug_at = unplug_at
        self.clock = Clock(AGENT)
        self.now_us = 0
        self._boots = 0
        self.core = self._boot()

    @property
    def now(self) -> Instant:
        return self.clock.read(self.now_us)

    def desire(self, text: str, version: int, *, removed: bool = False) -> None:
        """The controller wants this; the device hears of it when the link is up."""
        self.controller.desire(text, version, removed=removed)
        if self.linked:
            for message in self.controller._answers(self.controller.session.open()):
                self.tell(MessageReceived(message))

    def link(self, up: bool) -> None:
        """The network comes or goes."""
        self.linked = up
        self.tell(LinkUp() if up else LinkDown())

    def tell(self, *events: Event) -> None:
        """Hand in events, and all that follows at this instant."""
        self._queue.extend(events)
        while True:
            self._drain()
            reads = [read for job, source in self.sources.items() if (read := source.read(job, self.now))]
            if not reads:
                return
            self._queue.extend(reads)

    def run(self, duration_us: int) -> None:
        """Let this much time pass."""
        end = self.now_us + duration_us
        self.tell(Woke())
        while (wake := self._wake_us()) is not None and wake <= end:
            self.now_us = max(self.now_us, wake)
            self.tell(Woke())
        self.now_us = end
        self.tell(Woke())

    def restart(self, crash: Crash | None = None, *, reboot: bool = True) -> None:
        """The power comes back (or the process, after a `crash`): only what was committed is left."""
        if reboot:
            self.clock.reboot(self.now_us)
        for source in self.sources.values():
            source.stop()
        self.core = self._boot(crash)
        self.tell(*([LinkUp()] if self.linked else []))

    def records(self, sink: str) -> list[bytes]:
        """What the sink holds, each idempotency key once, in order of arrival."""
        return [line for data in self.delivered.get(sink, {}).values() for line in data.splitlines()]

    def dead(self) -> list[JobDeadLetter]:
        """Every dead letter, oldest first."""
        assert isinstance(self.store, MemoryStore)
        return self.store.dead

    def ledger(self) -> Counter[tuple[str, str]]:
        """Sums over versions: (stream, fate) → count."""
        sums: Counter[tuple[str, str]] = Counter()
        for entry in self.store.load().ledger:
            sums[entry.stream, entry.fate] += entry.count
        return sums

    def facts(self) -> Facts:
        return self.core.twin.facts()

    def _boot(self, crash: Crash | None = None) -> AgentCore:
        self._boots += 1
        identity = AgentIdentity(
            agent=AGENT,
            labels={"site": "austin"},
            firmware="1.0",
            software="0.1.0",
            boot=self.clock.boot,
            actor_nonce=self._boots.to_bytes(8, "big"),
            controller_keys=(KEY.public,),
            seed=self._boots,
        )
        core = AgentCore(identity, self.store.load(), self.settings, self.secrets.get)
        self._queue: deque[Event] = deque([Started(crash)])
        return core

    def _wake_us(self) -> int | None:
        wake = self.core.wake_at()
        return None if wake is None else self.clock.true_us(wake)

    def _drain(self) -> None:
        handled = 0
        while self._queue:
            handled += 1
            assert handled < 10_000, "the core and its shell talk without end"
            event = self._queue.popleft()
            self.trace.append(event)
            try:
                for command in self.core.handle(event, self.now):
                    if self.performed == self.unplug_at:
                        self.unplug_at = None
                        raise Unplugged
                    self.performed += 1
                    self.trace.append(command)
                    self._perform(command)
            except Unplugged:
                self.restart()

    def _perform(self, command: Command) -> None:
        match command:
            case Commit(ticket, transaction, essential):
                if self.commits_to_fail:
                    self.commits_to_fail -= 1
                    self._queue.append(CommitFailed(ticket, "disk full"))
                    return
                # A copy: what the core does to its own objects afterwards must not reach what is durable.
                try:
                    self.store.commit(copy.deepcopy(transaction), essential)
                except DiskFull as error:
                    self._queue.append(CommitFailed(ticket, str(error), full=True))
                else:
                    self._queue.append(Committed(ticket))
            case Acknowledge(job, receipts):
                self.sources[job].acknowledged.update(receipts)
            case Send(message):
                assert self.linked
                if isinstance(message, SyncMessage):
                    self._queue.extend(MessageReceived(answer) for answer in self.controller.received(message))
            case Fetch(digest):
                self._queue.append(ArtifactFetched(digest, self.controller.envelopes[digest]))
            case StartSource(job, _, positions):
                self.sources[job].start(positions)
            case StopSource(job):
                self.sources[job].stop()
            case Deliver():
                self._deliver(command)
            case Merge(stream, first, last):
                self._queue.append(Merged(stream, first, self.store.merge(stream, first, last)))
            case Recall(request, ids):
                self._queue.append(Recalled(request, tuple(self.store.letters(ids))))
            case Reply():
                self.replies[command.request] = command

    def _deliver(self, command: Deliver) -> None:
        whole = self.store.segment(command.stream, command.sequence)
        if command.stream in self.unreadable:
            self._queue.append(DeliveryFailed(command.stream, command.sequence, True, "the segment is gone", gone=True))
            return
        assert whole is not None, "what is not durable must not be delivered"
        segment = whole.cut(command.start, command.stop)
        poisoned = self.poison is not None and self.poison in segment.data
        if poisoned or command.sink.name in self.down:
            reason = "HTTP 422" if poisoned else "no route to host"
            self._queue.append(DeliveryFailed(command.stream, command.sequence, poisoned, reason))
            return
        key = segment.idempotency_key(AGENT)
        self.deliveries[key] += 1
        taken = self.delivered.setdefault(command.stream.sink, {})
        assert taken.setdefault(key, segment.data) == segment.data, "one key, two contents"
        self._queue.append(Delivered(command.stream, command.sequence))
