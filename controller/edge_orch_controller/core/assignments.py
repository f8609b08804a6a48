"""What each agent should run: a function of the newest rollout of each job and of the agent's labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edge_orch.errors import Problem
from edge_orch.plan.plan import ParamSpec
from edge_orch.twin.facts import Fact
from edge_orch_controller.core.commands import Command, Warn
from edge_orch_controller.core.fleet import Member
from edge_orch_controller.core.gathering import Gathering
from edge_orch_controller.core.records import RolledOut, Rollout
from edge_orch_controller.core.rollouts import RolloutPlan


class Assignments:
    """By job its newest rollout, `plans`, and how far each has come; what moves goes into the next commit."""

    def __init__(self, jobs: Iterable[RolledOut], members: Mapping[str, Member], gathering: Gathering) -> None:
        self.plans = {job.version.job: RolloutPlan(job) for job in jobs}
        self._members = members
        self._gathering = gathering

    def rollout(self, rollout_id: str) -> Rollout | None:
        """The live account of a rollout, if it is the newest of its job."""
        plan = next((plan for plan in self.plans.values() if plan.id == rollout_id), None)
        return plan.account() if plan else None

    def params(self) -> dict[str, tuple[ParamSpec, ...]]:
        """By job: the parameters of the version that is rolled out."""
        return {job: plan.plan.params for job, plan in self.plans.items()}

    def apply(self, job: RolledOut) -> bool:
        """Roll it out in place of what came before; False if that is newer."""
        name = job.version.job
        old = self.plans.get(name)
        if old is not None and old.generation >= job.rollout.generation:
            return False
        if old is not None:
            self._gathering.rollout_superseded(old)
        plan = self.plans[name] = RolloutPlan(job)
        self._gathering.rollout_moved(plan)
        for agent in self._members:
            self.observe(agent)
        return True

    def wanted(self, agent: str) -> list[Fact]:
        """What an agent that is here has not been asked for yet."""
        member = self._members[agent]
        if not member.online:
            return []
        labels, desired = member.agent.labels, member.standing.desired
        return [fact for job, plan in self.plans.items() if (fact := plan.desire(labels, desired.get(job)))]

    def observe(self, agent: str) -> None:
        """Take note of what it says it runs."""
        member = self._members[agent]
        for job, plan in self.plans.items():
            if plan.observe(agent, member.agent.labels, member.standing.reported.get(job)):
                self._gathering.rollout_moved(plan)

    def recollect(self, agent: str) -> Iterable[Command]:
        """Meet what a restored controller has forgotten: our newer rollouts go above it, an older one yields to it."""
        for job, current in self._members[agent].standing.desired.items():
            plan = self.plans.get(job)
            if plan is None or not plan.forgotten(current):
                continue
            if plan.renumber(current):
                self._gathering.rollout_moved(plan)
                continue
            found = f"version {current.version} of {job}, generation {current.generation}"
            what = "it runs what this controller was restored from a backup without"
            yield Warn(agent, Problem(what, found=found, next_step="apply the job again to decide anew"))
