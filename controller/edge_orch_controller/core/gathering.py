"""Group commit: one transaction on its way, the next one gathering what happens meanwhile."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from edge_orch.errors import Problem, StorageError
from edge_orch.time import Instant
from edge_orch.twin.change import Change
from edge_orch.twin.epoch import Rolled
from edge_orch_controller.core.commands import Commit, Reply
from edge_orch_controller.core.records import AuditEntry
from edge_orch_controller.core.rollouts import RolloutPlan
from edge_orch_controller.core.transaction import Transaction, TwinUpdate
from edge_orch_controller.core.twins import Twin


class Work(msgspec.Struct):
    """A transaction with what to do when it is durable: `twins` it changes, `replies` it owes."""

    transaction: Transaction = msgspec.field(default_factory=Transaction)
    twins: dict[str, Twin] = msgspec.field(default_factory=dict)
    replies: list[Reply] = msgspec.field(default_factory=list)


class Gathering:
    """Collects work; `next_commit` hands it out whenever nothing is on its way."""

    def __init__(self) -> None:
        self._gathered = Work()
        self._moved: dict[str, RolloutPlan] = {}
        self._on_its_way: Work | None = None
        self._ticket = 0
        self._paused = False

    def twin_changed(self, twin: Twin, changes: Iterable[Change]) -> None:
        """Add changes that the twin already holds in memory, and the facts they made."""
        work = self._gathered
        update = work.transaction.twins.setdefault(twin.agent, TwinUpdate())
        if twin.agent not in work.twins:
            work.twins[twin.agent] = twin
            twin.uncommitted += 1
        update.changes.extend(changes)
        update.facts.extend(twin.take_new_facts())

    def twin_rolled(self, twin: Twin, rolled: Rolled) -> None:
        """Add a new epoch that the twin is in, which holds what the gathered changes said."""
        self.twin_changed(twin, ())
        update = self._gathered.transaction.twins[twin.agent]
        update.changes.clear()
        update.facts = [fact for fact in update.facts if twin.holds(fact)]
        update.rolls.append(rolled)

    def rollout_moved(self, plan: RolloutPlan) -> None:
        """Its account has changed; it is drawn up once a commit, since it names every agent that failed."""
        self._moved[plan.id] = plan

    def rollout_superseded(self, plan: RolloutPlan) -> None:
        """Keep its last account: a newer rollout of the job has begun."""
        self._moved.pop(plan.id, None)
        self._gathered.transaction.rollouts[plan.id] = plan.account().superseded()

    def agent_seen(self, agent: str, wall_us: int) -> None:
        self._gathered.transaction.last_seen_us[agent] = wall_us

    def intervened(self, reply: Reply, entry: AuditEntry) -> None:
        """A person's fact is gathered: log it with it, and reply when both are durable."""
        self._gathered.transaction.audit.append(entry)
        self._gathered.replies.append(reply)

    def next_commit(self, now: Instant) -> Commit | None:
        """The gathered transaction, if there is one and none is on its way."""
        gathered = self._moved or self._gathered.transaction or self._gathered.replies
        if self._paused or self._on_its_way is not None or not gathered:
            return None
        self._gathered.transaction.rollouts.update({plan.id: plan.account() for plan in self._moved.values()})
        self._gathered.transaction.at_us = now.wall_us if now.trusted else 0
        self._moved.clear()
        self._on_its_way, self._gathered = self._gathered, Work()
        self._ticket += 1
        return Commit(self._ticket, self._on_its_way.transaction)

    def committed(self, ticket: int) -> Work | None:
        """What has become durable with that ticket; None for a ticket that is not on its way."""
        work = self._take(ticket)
        for twin in work.twins.values() if work else ():
            twin.uncommitted -= 1
        return work

    def failed(self, ticket: int, reason: str) -> Work | None:
        """What is lost: changes of twins, and whatever gathered on top of them. Every reply owed becomes an error.

        Accounts of rollouts and times stay gathered: they are whole by themselves. No commit until `resume`.
        """
        work = self._take(ticket)
        if work is None:
            return None
        later, self._gathered = self._gathered, Work()
        work.twins.update(later.twins)
        error = StorageError(
            Problem("this could not be stored; nothing was changed", found=reason, next_step="try again")
        )
        work.replies = [Reply(reply.request, error=error) for reply in (*work.replies, *later.replies)]
        for lost in (work.transaction, later.transaction):
            self._gathered.transaction.rollouts.update(lost.rollouts)
            self._gathered.transaction.last_seen_us.update(lost.last_seen_us)
        self._paused = True
        return work

    def resume(self) -> None:
        """Commit again after a failure."""
        self._paused = False

    def _take(self, ticket: int) -> Work | None:
        if self._on_its_way is None or ticket != self._ticket:
            return None
        work, self._on_its_way = self._on_its_way, None
        return work
