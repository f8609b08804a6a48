"""A controller's core on a bench: its commands are performed at once, in memory, and agents are replicas only."""

from __future__ import annotations

import hashlib
from collections import deque

import msgspec
from edge_orch_controller.core.commands import Command, Commit, LoadTwin, Reply, Send, Warn
from edge_orch_controller.core.controller_core import ControllerCore
from edge_orch_controller.core.events import (
    AgentDown,
    AgentEnrolled,
    AgentUp,
    CommitFailed,
    Committed,
    Event,
    JobApplied,
    LoadFailed,
    MessageReceived,
    OverrideRequested,
    TwinLoaded,
    Woke,
)
from edge_orch_controller.core.records import Agent, AuditEntry, RolledOut, Rollout, Token
from edge_orch_controller.core.settings import Settings
from edge_orch_controller.store.memory_store import MemoryStore

from edge_orch.time import SECOND, Instant
from edge_orch.twin.actor import new_actor
from edge_orch.twin.change import Change
from edge_orch.twin.commands import Begin, Persist, SyncCommand, SyncMessage, Transmit
from edge_orch.twin.document import tried
from edge_orch.twin.facts import Fact, JobState, Reported, Section
from edge_orch.twin.fold import fold
from edge_orch.twin.gate import Inspected
from edge_orch.twin.replica import Replica
from edge_orch.twin.rights import may_write
from edge_orch.twin.sync import SyncSession
from edge_orch.wire.messages import Have
from tests.unit.controller.plans import version

AUDIT = AuditEntry(0, "ada", "test", "it")


def nonce(text: str) -> bytes:
    """8 bytes that differ as the texts do."""
    return hashlib.sha256(text.encode()).digest()[:8]


def read_of(message: SyncMessage) -> tuple[Inspected, ...] | None:
    """What the screen would say of a message's changes."""
    return None if isinstance(message, Have) else tried(message.changes)


class BenchAgent:
    """An agent's replica and session; whatever it is asked for it reports running, unless `obeys` is off."""

    def __init__(self, name: str, boot: str = "1") -> None:
        self.name = name
        self.obeys = True
        self.asked: list[int] = []
        self.session = SyncSession(
            Replica.open(name, new_actor("agent", name, nonce(name + boot)), []),
            doc=name,
            boot=nonce(boot),
            allow=lambda *write: may_write(write[0], name, *write[1:]),
            decides=True,
        )

    @property
    def replica(self) -> Replica:
        return self.session.replica

    def roll(self, *gone: tuple[Section, str]) -> list[SyncMessage]:
        """Begin the next epoch of its twin; what its session says then."""
        return self._perform(self.session.roll(gone))

    def write(self, *facts: Fact) -> list[SyncMessage]:
        """Facts of its own, durable at once; what its session says then."""
        return self._perform(self.session.persisted(self.replica.edit(facts)))

    def hear(self, message: SyncMessage) -> list[SyncMessage]:
        """Take a message; the answers."""
        answers = self._perform(self.session.receive(message))
        now = Instant(0, 0, "bench")
        for wish in fold(self.replica.facts(), {}, now).desired.values():
            if self.asked[-1:] != [wish.version]:
                self.asked.append(wish.version)
            if self.obeys:
                state = JobState.REMOVED if wish.removed else JobState.RUNNING
                answers += self.write(Reported(wish.job, wish.version, wish.digest, wish.generation, state))
        return answers

    def _perform(self, commands: list[SyncCommand]) -> list[SyncMessage]:
        messages: list[SyncMessage] = []
        for command in commands:
            if isinstance(command, Persist):
                messages += self._perform(self.session.persisted(command.changes))
            elif isinstance(command, Begin):
                messages += self._perform(self.session.persisted(command.rolled.changes))
            elif isinstance(command, Transmit):
                messages.append(command.message)
            else:
                raise AssertionError(command.reason)
        return messages


class Bench:
    """`failing` makes the store refuse commits; `restart` begins a new core on what is durable.

    `halted`: twins are not loaded until `resume`. `order`: whose were loaded; `sent`: to whom what was.
    """

    def __init__(self, *agents: str, open_twins: int = 100, syncs_at_once: int = 64) -> None:
        self.store = MemoryStore()
        self.now = Instant(1_700_000_000 * SECOND, 0, "bench")
        self.replies: list[Reply] = []
        self.warnings: list[str] = []
        self.failing = self.unreadable = self.halted = False
        self.loads: list[LoadTwin] = []
        self.most_loads = 0
        self.order: list[str] = []
        self.sent: list[tuple[str, SyncMessage]] = []
        self.agents: dict[str, BenchAgent] = {}
        self.here: set[str] = set()
        self.commits = 0
        self._boots = 0
        self._open_twins = open_twins
        self._syncs_at_once = syncs_at_once
        self._events: deque[Event] = deque()
        self.core: ControllerCore
        self.restart()
        for name in agents:
            self.enroll(name, {"role": name.split("-")[0]})

    def restart(self) -> None:
        self._boots += 1
        self._events.clear()
        self.here.clear()
        settings = Settings(
            "controller",
            nonce(f"boot {self._boots}"),
            open_twins=self._open_twins,
            syncs_at_once=self._syncs_at_once,
        )
        self.core = ControllerCore(settings, self.store.load())

    def enroll(self, name: str, labels: dict[str, str]) -> None:
        self.store.add_token(Token(f"t-{name}", "join", name, "viewer", labels, 0, "ada"), AUDIT)
        agent = self.store.enroll(f"t-{name}", Agent(name, name.encode(), {}, self.now.wall_us), AUDIT)
        self.agents[name] = BenchAgent(name)
        self.tell(AgentEnrolled(agent))

    def apply(self, job: str, number: int) -> Rollout:
        self.now = self.now.after(1)
        found = msgspec.structs.replace(version(job, number), applied_at_us=self.now.wall_us)
        known = self.store.version_by_digest(found.digest)
        rollout = (
            self.store.add_rollout(found, self.now.wall_us, "ada", AUDIT)
            if known
            else self.store.add_version(found, AUDIT)
        )
        self.tell(JobApplied(RolledOut(found, rollout)))
        return rollout

    def up(self, *names: str) -> None:
        for name in names:
            self.here.add(name)
            self.tell(AgentUp(name))
            (have,) = self.agents[name]._perform(self.agents[name].session.open())
            self.tell(MessageReceived(name, have))

    def down(self, *names: str) -> None:
        for name in names:
            self.here.discard(name)
            self.tell(AgentDown(name))

    def sleep(self, duration_us: int) -> None:
        """Let time pass, waking the core as it wishes."""
        end = self.now.after(duration_us)
        while (at := self.core.wake_at()) is not None and at <= end.mono_us:
            self.now = self.now.after(max(0, at - self.now.mono_us))
            self.tell(Woke())
        self.now = end

    def tell(self, event: Event) -> None:
        """Hand in an event, and all that follows from it."""
        self._events.append(event)
        self._drain()

    def _drain(self) -> None:
        while self._events:
            for command in self.core.handle(self._events.popleft(), self.now):
                self._perform(command)

    def resume(self) -> None:
        """Load what was asked for, and from now on at once."""
        self.halted = False
        loads, self.loads = self.loads, []
        for command in loads:
            self._perform(command)
        self._drain()

    def twins_are_equal(self, name: str) -> bool:
        heads = tuple(sorted(head.hex() for head in self.agents[name].replica.heads()))
        return heads == self.core.members()[name].heads

    def stored_twin(self, name: str) -> list[Change]:
        return self.store.changes(name)

    def _perform(self, command: Command) -> None:
        match command:
            case Commit(ticket, transaction):
                if self.failing:
                    self._events.append(CommitFailed(ticket, "the disk is full"))
                else:
                    self.store.commit(transaction)
                    self.commits += 1
                    self._events.append(Committed(ticket))
            case LoadTwin() if self.halted:
                self.loads.append(command)
                self.most_loads = max(self.most_loads, len(self.loads))
            case LoadTwin(agent):
                self.order.append(agent)
                loaded = TwinLoaded(agent, tuple(self.store.changes(agent)), self.store.epoch(agent))
                self._events.append(LoadFailed(agent, "the disk is gone") if self.unreadable else loaded)
            case Send(agent, message) if agent in self.here:
                assert isinstance(message, SyncMessage)
                self.sent.append((agent, message))
                for answer in self.agents[agent].hear(message):
                    self._events.append(MessageReceived(agent, answer, read_of(answer)))
            case Reply():
                self.replies.append(command)
            case Warn(_, problem):
                self.warnings.append(problem.what)


def override(number: int = 1, value: float | None = 90.0, role: str = "operator", **other: object) -> OverrideRequested:
    """An operator asks for another `hot_c`."""
    fields = {"agent": "press-1", "job": "job", "param": "hot_c", "reason": "summer", "by": "olga"} | other
    return OverrideRequested(request=number, value=value, role=role, **fields)  # type: ignore[arg-type]
