"""Reception: agents come, speak and leave; when many come at once, they are served a bounded number at a time.

An agent speaks first. Its `Have` is held against what we know that we have of its twin: most often they are equal, and
nothing is loaded or written. Otherwise the agent waits for its turn (`Admission`), and its latest message with
it. Of a waiting agent one message is kept, and only while that is small: whatever else it said, it will say again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from edge_orch.time import Instant
from edge_orch.twin.commands import SyncMessage
from edge_orch.twin.facts import Fact
from edge_orch.twin.gate import Inspected
from edge_orch.wire.messages import OPEN_EPISODES, Delta, Have, Telemetry
from edge_orch_controller.core.admission import Admission, Urgency
from edge_orch_controller.core.commands import Command, Send
from edge_orch_controller.core.fleet import Member, Rounds
from edge_orch_controller.core.settings import Settings

Changes = tuple[Inspected, ...] | None
"""What was read in a message's changes; None if they are still to be read."""
_SMALL = 8 * 1024  # bytes of a message's changes that is kept while its agent waits


class Visit(msgspec.Struct, frozen=True):
    """What is to be done at an agent's turn: take its message, or say what we have (`greet`), or only ask it to run
    what it should. `owes`: it will answer a greeting, because it had news that we did not keep.
    """

    message: SyncMessage | None = None
    read: Changes = None
    greet: bool = False
    owes: bool = False


class Reception:
    """`wanted`: facts that should be written into an agent's twin now. `serve`: does what a visit is for. `level`: is
    told that an agent has just what we have."""

    def __init__(
        self,
        settings: Settings,
        members: Mapping[str, Member],
        *,
        wanted: Callable[[str], list[Fact]],
        serve: Callable[[str, Visit, Instant], Iterable[Command]],
        level: Callable[[str, Have], Iterable[Command]],
    ) -> None:
        self._settings = settings
        self._members = members
        self._wanted = wanted
        self._serve = serve
        self._level = level
        self._admission = Admission(settings.syncs_at_once, settings.turn_us)
        self._visits: dict[str, Visit] = {}
        self._greeted: set[str] = set()
        self._rounds = Rounds(settings.have_every_us)

    def up(self, agent: str, now: Instant) -> None:
        """The agent is connected. If it does not speak soon, we do: it may not know that we were away."""
        self._greeted.discard(agent)
        self._rounds.expect(agent, now.mono_us + self._settings.patience_us)

    def down(self, agent: str) -> None:
        """The agent has gone, and with it whatever it waited for."""
        self._rounds.cancel(agent)
        self._greeted.discard(agent)
        self._admission.forget(agent)
        self._visits.pop(agent, None)

    def spoke(self, member: Member, message: SyncMessage, read: Changes, now: Instant) -> Iterable[Command]:
        """Take the message now if it is the agent's turn, or no work; else let it wait."""
        agent = member.agent.name
        if self._rounds.has(agent):
            # It speaks again before that, or is not heard.
            self._rounds.expect(agent, now.mono_us + 3 * self._settings.have_every_us // 2)
        if self._admission.inside(agent):
            return self._serve(agent, Visit(message, read), now)
        if isinstance(message, Have) and _same(message, member.have) and not self._wanted(agent):
            return [*self._level(agent, message), *self.greeting(member)]
        self._visits[agent] = Visit(message, read)
        self._admission.ask(agent, self._urgency(member, message))
        commands = [*self.admit(now)]
        if agent in self._visits and not _small(message):
            self._visits[agent] = Visit(owes=True)
        return commands

    def told(self, member: Member, telemetry: Telemetry) -> None:
        """Whoever waits with an open episode comes first."""
        member.telemetry = telemetry.values
        if member.agent.name in self._visits:
            self._admission.ask(member.agent.name, self._urgency(member))

    def expect(self, agent: str) -> None:
        """If the agent should hear of something new, let it wait for its turn."""
        if self._wanted(agent):
            self._visits.setdefault(agent, Visit())
            self._admission.ask(agent, self._urgency(self._members[agent]))

    def round(self, now: Instant) -> Iterable[Command]:
        """Say what we have to those that have not spoken for long: heals whatever the network has lost."""
        for agent in self._rounds.take_due(now.mono_us):
            self._rounds.schedule(agent, now.mono_us)
            have = self._members[agent].have
            if have is not None and not self._wanted(agent):
                yield Send(agent, have)
                continue
            self._visits.setdefault(agent, Visit(greet=True))
            self._admission.ask(agent, self._urgency(self._members[agent]))

    def admit(self, now: Instant) -> Iterable[Command]:
        """Serve whoever may come in."""
        while (agent := self._admission.admit(now.mono_us)) is not None:
            yield from self._serve(agent, self._visits.pop(agent), now)

    def done(self, agent: str) -> None:
        """Nothing is under way with the agent: whoever waits may have its place."""
        self._admission.leave(agent)

    def answered(self, agent: str) -> None:
        """The agent is told something: it knows that it was let in."""
        self._greeted.add(agent)

    def greeting(self, member: Member) -> list[Command]:
        """The answer to one that has come and lacks nothing: it may send what is new from now on unasked."""
        agent = member.agent.name
        if agent in self._greeted or member.have is None:
            return []
        self._greeted.add(agent)
        return [Send(agent, member.have)]

    def wake_at(self) -> int | None:
        """When it is time for a round, or for the next who waits."""
        times = [at for at in (self._rounds.next_us(), self._admission.wake_at()) if at is not None]
        return min(times, default=None)

    def _urgency(self, member: Member, message: SyncMessage | None = None) -> Urgency:
        episodes = member.telemetry.get(OPEN_EPISODES, 0)
        fresh = isinstance(message, Delta) and _small(message)
        if fresh or (isinstance(episodes, int) and episodes > 0):
            return Urgency.ALERT
        return Urgency.DESIRED if self._wanted(member.agent.name) else Urgency.HISTORY


def _small(message: SyncMessage) -> bool:
    """Whether the message may be kept while its sender waits."""
    return isinstance(message, Have) or sum(map(len, message.changes)) <= _SMALL


def _same(message: Have, have: Have | None) -> bool:
    """Whether two replicas have the same changes of one twin."""
    if have is None:
        return False
    ours = (have.doc, have.epoch, have.vector, have.heads)
    return (message.doc, message.epoch, message.vector, message.heads) == ours
