"""Deliberate bugs in the real parts, each of a kind that protocols of this sort have had. The simulation must see them.

A mutation patches classes of agent, controller or twin; never the simulation itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

import msgspec
import pytest
from edge_orch_agent.core import reconciliation
from edge_orch_agent.core.agent_core import AgentCore
from edge_orch_agent.core.commands import Acknowledge, Commit, Reply
from edge_orch_agent.core.commits import Commits
from edge_orch_agent.core.delivery import Delivery
from edge_orch_agent.core.events import BatchRead
from edge_orch_agent.core.outbox import Outbox
from edge_orch_agent.core.reconciliation import Reconciliation
from edge_orch_agent.core.requests import Requests
from edge_orch_agent.core.sources import Sources
from edge_orch_agent.core.transaction import Segment
from edge_orch_agent.core.work import Work
from edge_orch_agent.store.memory_store import MemoryStore
from edge_orch_controller.core import reception
from edge_orch_controller.core.admission import Admission as AgentAdmission
from edge_orch_controller.core.controller_core import ControllerCore
from edge_orch_controller.core.reception import Reception
from edge_orch_controller.core.requests import Requests as CentralRequests

from edge_orch.twin import fold, rolling, sync
from edge_orch.twin.actor import new_actor
from edge_orch.twin.admission import Admission
from edge_orch.twin.crowd import counted_again, crowd
from edge_orch.twin.facts import Facts, Section
from edge_orch.twin.replica import Replica
from edge_orch.twin.sync import SyncSession
from edge_orch.wire.messages import SPOKEN

Patch = pytest.MonkeyPatch


def ack_before_persist(patch: Patch) -> None:
    """Facts of the peer are acknowledged when they are applied, not when they are durable."""
    original = SyncSession._delta

    def mutant(self: SyncSession, delta: Any, read: Any) -> Any:
        commands = original(self, delta, read)
        news = [change for command in commands for change in getattr(command, "changes", ())]
        return [*commands, *self.persisted(news)]

    patch.setattr(SyncSession, "_delta", mutant)


def count_what_is_not_durable(patch: Patch) -> None:
    """The vector counts what is merged in memory."""
    patch.setattr(Replica, "vector", lambda self: self._merged.vector())


def reuse_actor(patch: Patch) -> None:
    """An agent writes under one actor for ever."""
    patch.setattr(reconciliation, "new_actor", lambda writer, name, _: new_actor(writer, name, b"the same"))


def never_send_twice(patch: Patch) -> None:
    """What was sent once counts as arrived, whatever the peer says."""
    original = SyncSession._had

    def mutant(self: SyncSession, have: Any) -> Any:
        believed = self._peer or {}
        seen = {actor: max(believed.get(actor, 0), have.vector.get(actor, 0)) for actor in {*believed, *have.vector}}
        return original(self, type(have)(have.doc, have.epoch, seen, have.heads, have.boot))

    patch.setattr(SyncSession, "_had", mutant)


def no_rights(patch: Patch) -> None:
    """Whoever has a key may write anything into its twin, and rewrite it."""
    patch.setattr(Admission, "_check", lambda *_: None)


def no_periodic_have(patch: Patch) -> None:
    """Twins are compared only when something changes."""

    def link_up(self: Reconciliation, _: Any) -> list[Any]:
        self._have_at = 1 << 62
        return []

    patch.setattr(Reconciliation, "link_up", link_up)
    patch.setattr(Reception, "round", lambda self, now: [*self._rounds.take_due(now.mono_us)][:0])


def acknowledge_before_commit(patch: Patch) -> None:
    """The broker may forget records as soon as they are read."""
    original = AgentCore.handle

    def mutant(self: AgentCore, event: Any, now: Any) -> Any:
        early = [Acknowledge(event.job, (event.receipt,))] if isinstance(event, BatchRead) else []
        return [*original(self, event, now), *early]

    patch.setattr(AgentCore, "handle", mutant)


def deliver_before_commit(patch: Patch) -> None:
    """Sinks are handed segments that are on their way to the disk."""
    original = AgentCore._commit

    def mutant(self: AgentCore, now: Any) -> Any:
        commands = original(self, now)
        for command in commands:
            for segment in command.transaction.segments if isinstance(command, Commit) else ():
                self.outbox.append(segment.info)
        return commands

    patch.setattr(AgentCore, "_commit", mutant)


def reply_before_commit(patch: Patch) -> None:
    """A person is told that a fact is stored when it is only written in memory."""
    original = Requests.take

    def mutant(self: Requests, *args: Any) -> list[Any]:
        done: list[Any] = [*original(self, *args)]
        early: list[Reply] = self._work.gathered.replies
        return [*done, *early]

    patch.setattr(Requests, "take", mutant)


def reply_before_commit_at_the_centre(patch: Patch) -> None:
    """The same at the controller."""
    original = CentralRequests.take

    def mutant(self: CentralRequests, *args: Any) -> Any:
        commands = list(original(self, *args))
        return [*commands, *self._gathering._gathered.replies]

    patch.setattr(CentralRequests, "take", mutant)


def lose_cursor(patch: Patch) -> None:
    """The store forgets how far a stream is delivered."""
    _spoil_commits(patch, "cursors")


def lose_position(patch: Patch) -> None:
    """The store forgets how far a source has been read."""
    _spoil_commits(patch, "positions")


def lose_ledger(patch: Patch) -> None:
    """The store keeps no account."""
    _spoil_commits(patch, "ledger")


def read_from_the_start(patch: Patch) -> None:
    """A source does not hear of its stored position, and takes redelivered records for new ones."""
    patch.setattr(Sources, "_of", lambda *_: {})


def reuse_sequence(patch: Patch) -> None:
    """Segments are numbered anew at each boot."""
    original = Outbox.__init__

    def mutant(self: Outbox, *args: Any) -> None:
        original(self, *args)
        self._next = {}

    patch.setattr(Outbox, "__init__", mutant)


def new_key_for_each_attempt(patch: Patch) -> None:
    """A retry bears another idempotency key than the first attempt."""
    original, attempts = Segment.idempotency_key, count()
    patch.setattr(Segment, "idempotency_key", lambda self, agent: f"{original(self, agent)}/{next(attempts)}")


def give_up_on_a_sink(patch: Patch) -> None:
    """A segment that a sink did not take is skipped."""
    original = Delivery.failed

    def mutant(self: Delivery, event: Any, now: Any) -> Any:
        return self.delivered(event) if not event.permanent else original(self, event, now)

    patch.setattr(Delivery, "failed", mutant)


def forget_failed_commits(patch: Patch) -> None:
    """What the disk refused is thrown away."""
    patch.setattr(Commits, "failed", lambda self, *_: setattr(self, "flight", None))


def forget_failed_commits_at_the_centre(patch: Patch) -> None:
    """The controller goes on as if a refused transaction had been stored."""
    patch.setattr(ControllerCore, "_commit_failed", lambda self, event, now: self._committed(event, now))


def oldest_wish_wins(patch: Patch) -> None:
    """Of several wishes for a job, the lowest generation counts."""

    def mutant(desired: Iterable[Any]) -> dict[str, Any]:
        wishes: dict[str, Any] = {}
        for wish in sorted(desired, key=lambda wish: -wish.generation):
            wishes[wish.job] = wish
        return wishes

    patch.setattr(fold, "latest_desired", mutant)


def uncounted_dead_letters(patch: Patch) -> None:
    """Records that could not be read are missing from the ledger."""
    original = Work.count

    def mutant(self: Work, *account: Any) -> None:
        if "dead" not in account:
            original(self, *account)

    patch.setattr(Work, "count", mutant)


def forget_what_was_written_meanwhile(patch: Patch) -> None:
    """Whoever follows into a new epoch leaves behind what it wrote and its root does not have."""
    patch.setattr(rolling, "written_above", lambda *_: set())
    patch.setattr(rolling, "_forgotten", lambda *_: False)


def leave_people_behind(patch: Patch) -> None:
    """An agent that begins an epoch alone takes along what it told, and not what people did at it."""
    original = counted_again

    def mutant(facts: Facts, news: Iterable[Any]) -> set[tuple[Section, str]]:
        acts = (Section.ACKS, Section.OVERRIDES, Section.SILENCES)
        return original(facts, news) | {(section, key) for section in acts for key in getattr(facts, section)}

    patch.setattr(reconciliation, "counted_again", mutant)


def count_what_was_acknowledged(patch: Patch) -> None:
    """In a storm an episode that somebody has acknowledged is only counted, like any other."""
    original = crowd

    def mutant(facts: Facts, *room: Any) -> set[str]:
        return original(msgspec.structs.replace(facts, acks={}), *room)

    patch.setattr(reconciliation, "crowd", mutant)


def all_into_the_root(patch: Patch) -> None:
    """An epoch begun alone has everything in its root: if another root wins, nobody carries over what was new."""
    original = rolling._beside
    patch.setattr(rolling, "_beside", lambda replica, texts, _: original(replica, texts, ()))


def place_is_never_given_back(patch: Patch) -> None:
    """Whoever was let in to compare its twin keeps everybody else out."""
    patch.setattr(AgentAdmission, "leave", lambda *_: None)
    patch.setattr(AgentAdmission, "_over", lambda *_: [])


def level_at_a_glance(patch: Patch) -> None:
    """The controller takes any `Have` for one that is equal to its own."""
    patch.setattr(reception, "_same", lambda _, have: have is not None)
    patch.setattr(ControllerCore, "_agent_is_level", lambda *_: ())


def other_release_is_foreign(patch: Patch) -> None:
    """Only a peer that speaks exactly our protocol versions is listened to."""
    patch.setattr(sync, "common_protocol", lambda theirs: theirs[1] if theirs == SPOKEN else None)


def _spoil_commits(patch: Patch, field: str) -> None:
    original = MemoryStore.commit

    def mutant(self: MemoryStore, transaction: Any, *args: Any, **kwargs: Any) -> Any:
        getattr(transaction, field).clear()
        return original(self, transaction, *args, **kwargs)

    patch.setattr(MemoryStore, "commit", mutant)


MUTATIONS: dict[Callable[[Patch], None], int] = {
    ack_before_persist: 0,
    count_what_is_not_durable: 0,
    reuse_actor: 0,
    never_send_twice: 2,
    no_rights: 5,
    no_periodic_have: 0,
    acknowledge_before_commit: 0,
    deliver_before_commit: 0,
    reply_before_commit: 0,
    reply_before_commit_at_the_centre: 0,
    lose_cursor: 0,
    lose_position: 0,
    lose_ledger: 0,
    read_from_the_start: 31,
    reuse_sequence: 2,
    new_key_for_each_attempt: 6,
    give_up_on_a_sink: 10,
    forget_failed_commits: 4,
    forget_failed_commits_at_the_centre: 6,
    oldest_wish_wins: 10,
    uncounted_dead_letters: 1,
    forget_what_was_written_meanwhile: 42,
    leave_people_behind: 6,
    count_what_was_acknowledged: 6,
    all_into_the_root: 29,
    place_is_never_given_back: 3,
    level_at_a_glance: 1,
    other_release_is_foreign: 21,
}
"""Each with the first history to look at: one that saw it when the simulation was last changed."""
