"""What the core knows, in the words of the API that the controller serves as well."""

from __future__ import annotations

from edge_orch.time import Instant, format_timestamp
from edge_orch.wire.api import AgentView, JobView, ReportedView
from edge_orch_agent.core.view import AgentSnapshot


def agent_view(snapshot: AgentSnapshot, now: Instant) -> AgentView:
    """This agent; `online` says whether its controller can be reached."""
    return AgentView(
        name=snapshot.agent,
        online=snapshot.linked,
        last_seen=format_timestamp(now.wall_us),
        labels=snapshot.labels,
        firmware=snapshot.firmware,
        jobs=tuple(
            ReportedView(job.job, job.version, job.desired, job.state, job.error or job.trouble)
            for job in snapshot.jobs
        ),
        heads=snapshot.heads,
        telemetry={
            "outbox.records": sum(stream.records for stream in snapshot.outbox),
            "outbox.bytes": sum(stream.bytes for stream in snapshot.outbox),
            "disk.written_a_day": snapshot.wear.projected,
            "clock": now.quality.value,
        },
    )


def job_views(snapshot: AgentSnapshot) -> list[JobView]:
    """The jobs on this device. When and by whom they were applied is known to the controller only."""
    return [
        JobView(
            name=job.job,
            version=job.version,
            digest=next((slot.digest for slot in job.slots if slot.version == job.version), ""),
            applied_at="",
            applied_by="",
            targeted=1 if job.desired else 0,
            running=1 if job.version else 0,
        )
        for job in snapshot.jobs
    ]
