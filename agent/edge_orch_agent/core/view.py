"""The state of an agent as people may see it, in the words of the HTTP API where that has words for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from edge_orch.plan.plan import Limits
from edge_orch.twin.facts import Tally
from edge_orch.twin.views import alert_views, conflict_views, override_views, silence_views, why_view
from edge_orch.wire.api import AlertView, ConflictView, OverrideView, SilenceView, WhyView
from edge_orch_agent.core.breaker import BreakerState
from edge_orch_agent.core.ledger import Account
from edge_orch_agent.core.transaction import Drop, LedgerEntry, StreamId
from edge_orch_agent.core.wear import WearView

if TYPE_CHECKING:
    from edge_orch_agent.core.agent_core import AgentCore


class SlotView(msgspec.Struct, frozen=True):
    """A version on the device."""

    slot: str
    version: int
    digest: str
    generation: int


class JobStatus(msgspec.Struct, frozen=True):
    """One job. `version` 0: nothing runs. `desired`: the version the controller wants, 0 for none.

    `error`: why the wanted version does not run; `trouble`: why a running one does not get on (source, last batch).
    What it takes: `cpu_us` of processor time in this run, `state_bytes` of memory for windows and rules as of the last
    commit (as many again on the disk), `outbox_bytes` and `dead_bytes` on the disk, before compression.
    `inflow_per_day`: bytes a day that come for its sinks, at the rate of late; None: not known yet. `limits`: None
    while nothing runs.
    """

    job: str
    version: int
    desired: int
    state: str
    slots: tuple[SlotView, ...]
    error: str = ""
    trouble: str = ""
    cpu_us: int = 0
    state_bytes: int = 0
    outbox_bytes: int = 0
    dead_bytes: int = 0
    inflow_per_day: int | None = None
    limits: Limits | None = None


class StreamStatus(msgspec.Struct, frozen=True):
    """What waits for one sink. `oldest_us`: wall clock of its oldest segment, 0 if unknown.

    `breaker`: open, when the sink has failed so often that it is asked by one stream at a time.
    """

    stream: StreamId
    segments: int
    records: int
    bytes: int
    oldest_us: int
    failure: str = ""
    breaker: BreakerState = BreakerState.CLOSED


class AgentSnapshot(msgspec.Struct, frozen=True):
    """Everything at once. `vector` and `heads` of the twin in hex, equal on both sides when merged.

    `twin_bytes`: how long its history is; `tallies`: episodes that are only counted, by rule.
    `commit_failure`: why the store takes nothing now; `refusal`: the last thing that broke the rules of the twin.
    """

    agent: str
    labels: dict[str, str]
    firmware: str
    software: str
    boot: str
    linked: bool
    jobs: tuple[JobStatus, ...]
    parameters: tuple[WhyView, ...]
    overrides: tuple[OverrideView, ...]
    alerts: tuple[AlertView, ...]
    outbox: tuple[StreamStatus, ...]
    ledger: tuple[LedgerEntry, ...]
    vector: dict[str, int]
    heads: tuple[str, ...]
    silences: tuple[SilenceView, ...] = ()
    conflicts: tuple[ConflictView, ...] = ()
    commit_failure: str = ""
    refusal: str = ""
    drops: tuple[Drop, ...] = ()
    accounts: tuple[Account, ...] = ()
    wear: WearView = WearView(0, 0, 0, 0, ())
    twin_bytes: int = 0
    tallies: tuple[Tally, ...] = ()


def snapshot(core: AgentCore) -> AgentSnapshot:
    """The state of `core` now."""
    identity, effective = core.identity, core.parameters.effective
    whys = (why_view(identity.agent, job, param, effective) for job, param in sorted(effective.parameters))
    return AgentSnapshot(
        agent=identity.agent,
        labels=identity.labels,
        firmware=identity.firmware,
        software=identity.software,
        boot=identity.boot,
        linked=core.twin.linked,
        jobs=tuple(_job(core, job) for job in _jobs(core)),
        parameters=tuple(why for why in whys if why is not None),
        overrides=tuple(override_views(identity.agent, effective)),
        alerts=tuple(alert_views(identity.agent, effective)),
        outbox=tuple(_stream(core, stream) for stream in core.outbox.streams()),
        ledger=tuple(core.ledger.entries()),
        vector={actor.hex(): seq for actor, seq in sorted(core.twin.replica.vector().items())},
        heads=tuple(head.hex() for head in core.twin.replica.heads()),
        silences=tuple(silence_views(identity.agent, effective)),
        conflicts=tuple(conflict_views(identity.agent, effective, core.twin.refusal)),
        commit_failure=core.commits.failure,
        refusal=core.twin.refusal,
        drops=tuple(core.ledger.drops()),
        accounts=tuple(core.ledger.accounts()),
        wear=core.wear.view(),
        twin_bytes=core.twin.replica.size,
        tallies=tuple(core.twin.facts().later.values()),
    )


def _jobs(core: AgentCore) -> list[str]:
    return sorted({*core.jobs.slots.jobs(), *core.parameters.effective.desired})


def _job(core: AgentCore, job: str) -> JobStatus:
    reported = core.twin.facts().reported.get(job)
    desired = core.parameters.effective.desired.get(job)
    running = core.jobs.running.get(job)
    fetching = desired is not None and core.artifacts.wants(desired.digest)
    error = reported.error if reported else ""
    if fetching and desired is not None:
        error = core.artifacts.failure(desired.digest) or error
    trouble = core.sources.trouble(job) or (running.failure if running else "")
    return JobStatus(
        job=job,
        version=running.slot.version if running else 0,
        desired=desired.version if desired else 0,
        state="fetching" if fetching else reported.state.value if reported else "unknown",
        slots=tuple(
            SlotView(slot.slot.value, slot.version, slot.digest, slot.generation) for slot in core.jobs.slots.of(job)
        ),
        error=error,
        trouble=trouble,
        cpu_us=core.jobs.cpu_us(job),
        state_bytes=running.state_bytes if running else 0,
        outbox_bytes=core.outbox.size(job),
        dead_bytes=core.sealing.dead_bytes(job),
        inflow_per_day=core.inflow_per_day(job),
        limits=running.plan.limits if running else None,
    )


def _stream(core: AgentCore, stream: StreamId) -> StreamStatus:
    segments = list(core.outbox.segments(stream))
    failure, breaker = core.delivery.failure(stream), core.delivery.breaker(stream)
    if core.jobs.sink_of(stream) is None:
        failure = "no version of the job on this device defines this sink"
    return StreamStatus(
        stream=stream,
        segments=len(segments),
        records=sum(segment.count for segment in segments),
        bytes=sum(segment.size for segment in segments),
        oldest_us=max(segments[0].created_us, 0),
        failure=failure,
        breaker=breaker,
    )
