"""Records and standings in the words of the API."""

from __future__ import annotations

from collections.abc import Mapping

from edge_orch.time import format_timestamp
from edge_orch.wire.api import AgentView, HappeningView, JobView, ReportedView, RolloutView
from edge_orch_controller.core.fleet import Member
from edge_orch_controller.core.records import Rollout
from edge_orch_controller.core.rollouts import RolloutPlan
from edge_orch_controller.store.retention import Dropped

PENDING = "pending"
"""The state of a job that an agent should run and has not reported on yet."""


def job_view(plan: RolloutPlan) -> JobView:
    """A job at the version that is rolled out."""
    version, account = plan.version, plan.account()
    return JobView(
        name=version.job,
        version=version.version,
        digest=version.digest,
        applied_at=format_timestamp(version.applied_at_us),
        applied_by=version.applied_by,
        targeted=account.total,
        running=account.done,
    )


def rollout_view(rollout: Rollout) -> RolloutView:
    return RolloutView(
        id=rollout.id,
        job=rollout.job,
        version=rollout.version,
        state=rollout.state,
        total=rollout.total,
        done=rollout.done,
        pending=rollout.pending,
        failed=rollout.failed,
        started_at=format_timestamp(rollout.started_at_us),
        errors=rollout.errors,
    )


def dropped_view(agent: str, dropped: Dropped) -> HappeningView:
    """What the archive has lost by its retention, as something that happened."""
    at = format_timestamp(dropped.until_us) if dropped.until_us else ""
    what = f"{dropped.facts} facts that machines wrote and that left the twin by then are no longer kept"
    return HappeningView(at, agent, what, "controller", section="archive", key="", archived=True)


def agent_view(member: Member, plans: Mapping[str, RolloutPlan]) -> AgentView:
    """An agent, with each job that it reports or should run."""
    wanted = {job: plan.version.version for job, plan in plans.items() if plan.targets(member.agent.labels)}
    reported = member.standing.reported
    jobs = []
    for job in sorted(wanted.keys() | reported.keys()):
        report, desired = reported.get(job), wanted.get(job, 0)
        if report is None:
            jobs.append(ReportedView(job, 0, desired, PENDING))
        else:
            jobs.append(ReportedView(job, report.version, desired, report.state.value, report.error))
    device = member.standing.device
    return AgentView(
        name=member.agent.name,
        online=member.online,
        last_seen=format_timestamp(member.last_seen_us) if member.last_seen_us else "",
        labels=member.agent.labels,
        firmware=device.firmware if device else "",
        jobs=tuple(jobs),
        heads=member.heads,
        telemetry=member.telemetry,
    )
