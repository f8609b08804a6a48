"""Reconciliation: this agent's replica of its twin, and the conversation that keeps it equal to the controller's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from random import Random

from edge_orch.errors import EdgeOrchError
from edge_orch.time import Instant
from edge_orch.twin.actor import new_actor
from edge_orch.twin.change import Change
from edge_orch.twin.commands import Begin, Ignored, Persist, Quarantine, SyncCommand, SyncMessage, Transmit
from edge_orch.twin.crowd import counted_again, crowd, tallies, told_of
from edge_orch.twin.facts import Fact, Facts
from edge_orch.twin.replica import Replica
from edge_orch.twin.rights import belongs_to, may_write
from edge_orch.twin.settled import settled
from edge_orch.twin.sync import SyncSession
from edge_orch.wire.messages import Message, Unknown, Unsupported
from edge_orch_agent.core.commands import Command, Send
from edge_orch_agent.core.identity import AgentIdentity
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.work import Work


class Reconciliation:
    """Facts in, facts out; what is new goes into the work, and is told to the controller once it is durable.

    `stale` is set by every change of the facts; whoever has drawn its conclusions clears it.
    """

    def __init__(
        self, identity: AgentIdentity, stored: StoredState, settings: Settings, work: Work, random: Random
    ) -> None:
        actor = new_actor("agent", identity.agent, identity.actor_nonce)
        self._session = SyncSession(
            Replica.open(identity.agent, actor, stored.changes, epoch=stored.epoch),
            doc=identity.agent,
            boot=identity.actor_nonce,
            allow=lambda actor, section, key: may_write(actor, identity.agent, section, key),
            decides=True,
            admit=lambda section, key, *_: belongs_to("agent", section, key) or belongs_to("controller", section, key),
        )
        self._every_us = settings.have_every_us
        self._roll_bytes = settings.roll_bytes
        self._roll_at = settings.roll_bytes
        self._apart_bytes = self._apart_at = settings.apart_bytes
        self._random = random
        self._work = work
        self._have_at: int | None = None
        self.stale = True
        self.refusal = ""

    @property
    def replica(self) -> Replica:
        """The twin in its present epoch."""
        return self._session.replica

    @property
    def linked(self) -> bool:
        """Whether the controller can be reached."""
        return self._have_at is not None

    def facts(self) -> Facts:
        """All facts merged so far, durable or on their way."""
        return self.replica.facts()

    def write(self, fact: Fact, now: Instant) -> bool:
        """Add a fact of our own to the work, unless it stands there already.

        False if the twin refuses it (too large, or another under a key that is written once): see `refusal`.
        """
        try:
            self._gather(self.replica.edit([fact]), now)
        except EdgeOrchError as error:
            self.refusal = str(error)
            return False
        return True

    def link_up(self, now: Instant) -> list[Command]:
        """Say what we have; the controller answers with what we lack."""
        self._have_at = self._next(now)
        return self._perform(self._session.open(), now)

    def link_down(self) -> None:
        """Nothing is queued: what was sent and not confirmed is found out by the next comparison."""
        self._have_at = None
        self._session.link_down()

    def received(self, message: Message | Unknown, now: Instant) -> list[Command]:
        """Merge what the controller sent. What breaks the rules changes nothing, and is kept in `refusal`."""
        if isinstance(message, Unknown):
            return [Send(Unsupported(message.kind))]
        if isinstance(message, Unsupported):
            self.refusal = f"the controller does not know messages of the kind {message.kind!r}"
        if not isinstance(message, SyncMessage):
            return []
        try:
            return self._perform(self._session.receive(message), now)
        except EdgeOrchError as error:
            self.refusal = str(error)
            return []

    def persisted(self, changes: list[Change], now: Instant) -> list[Command]:
        """These changes are durable now, and may be told."""
        return self._perform(self._session.persisted(tuple(changes)), now) if changes else []

    def compare(self, now: Instant) -> list[Command]:
        """Say again what we have, if it is time: heals whatever the network has lost."""
        if self._have_at is None or self._have_at > now.mono_us:
            return []
        self._have_at = self._next(now)
        return self._perform(self._session.open(), now)

    def roll(self, busy: Callable[[], Collection[str]], now: Instant) -> None:
        """Let the twin begin anew when its history has outgrown what still matters, or, apart, its room.

        `busy`: episodes of which something is still to be told. What was resolved and finds no place in `roll_bytes`,
        or apart in a quarter of `apart_bytes`, leaves early. It is looked at again when the history has grown by an
        eighth.
        """
        size = self.replica.size
        if self.linked and size >= self._roll_at and self._session.may_roll:
            facts = self.facts()
            crowded = told_of(facts, crowd(facts, self.replica.texts(), self._roll_bytes))
            self._perform(self._session.roll(settled(facts, now, busy()) | crowded), now)
            self._roll_at = max(self._roll_bytes, self.replica.size * 9 // 8)
        elif size >= self._apart_at * (1 + self.linked) and self._session.may_roll_alone:
            facts = self.facts()
            episodes = crowd(facts, self.replica.texts(), self._apart_bytes // 4)
            news = tallies(facts, episodes)
            gone = told_of(facts, episodes) | counted_again(facts, news)
            self._perform(self._session.roll(gone, news, alone=True), now)
            self._apart_at = max(self._apart_bytes, self.replica.size * 9 // 8)

    def wake_at(self) -> int | None:
        """When to compare next."""
        return self._have_at

    def _next(self, now: Instant) -> int:
        return now.mono_us + round(self._every_us * self._random.uniform(0.8, 1.2))

    def _gather(self, changes: list[Change], now: Instant) -> None:
        if changes:
            self._work.changes(changes, now)
            self.stale = True

    def _perform(self, wanted: Iterable[SyncCommand], now: Instant) -> list[Command]:
        commands: list[Command] = []
        for command in wanted:
            match command:
                case Persist(changes):
                    self._gather(list(changes), now)
                case Begin(rolled):
                    self._work.roll(rolled, now)
                    self.stale = True
                case Transmit(message) if self.linked:
                    commands.append(Send(message))
                case Quarantine(reason) | Ignored(reason):
                    self.refusal = reason
        return commands
