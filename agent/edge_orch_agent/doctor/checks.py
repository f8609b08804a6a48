"""From readings to findings. Pure: the same readings give the same findings."""

from __future__ import annotations

from collections.abc import Iterator

from edge_orch.time import DAY, ClockQuality, Instant, format_timestamp
from edge_orch_agent.core.survival import Burden, survival
from edge_orch_agent.core.view import AgentSnapshot
from edge_orch_agent.doctor.finding import Finding, State
from edge_orch_agent.doctor.readings import MIB, Readings

TIGHT_DISK = 256 * MIB
FULL_DISK = 32 * MIB
TIGHT_MEMORY = 64 * MIB
NO_MEMORY = 16 * MIB
REWRITES = 500
"""How often a cheap card stands being written over as a whole, with what its controller adds to each write."""
YEARS = (5.0, 1.0)
HALF = 0.5
"""Of the room for dead letters: time to look what they are."""
SOON_DAYS = 30
SHORT_DAYS = (7.0, 1.0)
SETTLED_S = 600
"""Before, what starting wrote and read says more than what the work does."""
DAY_S = 86_400


def examine(readings: Readings) -> list[Finding]:
    """Every check, in the order in which a person should read them."""
    return [
        _agent(readings),
        *(_jobs(readings.status) if readings.status else ()),
        *(_crowds(readings.status) if readings.status else ()),
        _survival(readings),
        _store(readings),
        _disk(readings),
        _wear(readings),
        _memory(readings),
        _clock(readings),
        _network(readings),
        *_validities(readings),
    ]


def _agent(readings: Readings) -> Finding:
    process, status = readings.process, readings.status
    if process is None:
        return Finding("agent", State.FAIL, "no agent runs on this folder", "systemctl start edge-orch-agent")
    if status is None:
        found = f"process {process.pid} runs and does not answer on agent.sock"
        return Finding("agent", State.FAIL, found, "look into its log: journalctl -u edge-orch-agent")
    if status.commit_failure:
        found = status.commit_failure.partition("\n")[0]
        return Finding(
            "agent", State.FAIL, f"nothing can be stored: {found}", "free some disk space, or check the card"
        )
    return Finding("agent", State.OK, f"{status.agent} runs, process {process.pid}, for {_age(process.age_s)}")


def _jobs(status: AgentSnapshot) -> Iterator[Finding]:
    for job in status.jobs:
        name = f"job {job.job}"
        if not job.version and job.state == "failed":
            yield Finding(name, State.FAIL, f"does not run: {job.error}", "roll out a version that mends it")
        elif job.error or job.trouble:
            found = f"version {job.version} runs: {job.error or job.trouble}"
            yield Finding(name, State.WARN, found, f"edge-orch describe job {job.job}")
        else:
            found = f"version {job.version}, {job.cpu_us / 1e6:.1f} s of processor, state {_size(job.state_bytes)}"
            yield Finding(name, State.OK, found)
        if job.dead_bytes and job.limits is not None:
            used = job.dead_bytes / job.limits.dead_letters
            found = f"{_size(job.dead_bytes)} of {_size(job.limits.dead_letters)}; beyond that they are only counted"
            advice = "edge-orch dead list, then dead replay or export"
            yield Finding(f"dead letters {job.job}", State.WARN if used > HALF else State.OK, found, advice)
    for stream in status.outbox:
        if stream.failure:
            found = f"{stream.records} records wait: {stream.failure}"
            yield Finding(f"sink {stream.stream}", State.WARN, found, "mend the sink or the way to it; nothing is lost")


def _crowds(status: AgentSnapshot) -> Iterator[Finding]:
    for tally in status.tallies:
        found = f"{tally.count} episodes came and went while the controller was away, and are only counted"
        advice = "a rule that flaps: give it hold, clear with a gap, or throttle (docs/alerts.md)"
        yield Finding(f"alert {tally.job}.{tally.rule}", State.WARN, found, advice)


def _survival(readings: Readings) -> Finding:
    status = readings.status
    if status is None:
        return Finding("survival", State.UNKNOWN, "known while the agent runs")
    forecast = survival(burdens(status, readings.now), readings.disk.free, readings.stored_share or 1.0)
    if forecast.days is None:
        known = "nothing comes in" if forecast.known else "how much comes in is known after a minute"
        return Finding("survival", State.OK if forecast.known else State.UNKNOWN, known)
    found = f"{forecast.days:.1f} days without sinks: {forecast.by}"
    next_step = "raise limits.outbox or limits.max_age of the job, aggregate more, or give it a larger disk"
    return _graded("survival", forecast.days, SHORT_DAYS, found, next_step)


def burdens(status: AgentSnapshot, now: Instant) -> Iterator[Burden]:
    """What each job that runs lays up."""
    for job in status.jobs:
        if job.limits is None:
            continue
        created = [stream.oldest_us for stream in status.outbox if stream.stream.job == job.job and stream.oldest_us]
        waits_us = max(now.wall_us - min(created), 0) if created and now.trusted else 0
        limits = job.limits
        yield Burden(
            job.job, job.outbox_bytes, limits.outbox, job.inflow_per_day, limits.max_age_us, waits_us, limits.on_full
        )


def _store(readings: Readings) -> Finding:
    status = readings.status
    gaps = [account for account in status.accounts if account.gap] if status else []
    if readings.fresh:
        return Finding("store", State.UNKNOWN, "there is none yet: no agent has run on this folder")
    if readings.damage:
        found = "; ".join(readings.damage[:3])
        next_step = readings.remedy or "edge-orch outbox verify, then repair; check the card"
        return Finding("store", State.FAIL, found, next_step)
    if gaps:
        found = f"{sum(account.gap for account in gaps)} records are unaccounted for"
        return Finding("store", State.FAIL, found, "edge-orch ledger")
    return Finding("store", State.OK, "sound, every record is accounted for")


def _disk(readings: Readings) -> Finding:
    disk = readings.disk
    found = f"{_size(disk.free)} free of {_size(disk.size)}" + ("" if disk.reserve else ", the reserve is used up")
    next_step = "free some space; alerts and deliveries go on meanwhile"
    return _graded("disk", disk.free, (TIGHT_DISK, FULL_DISK), found, next_step)


def _wear(readings: Readings) -> Finding:
    process, status = readings.process, readings.status
    per_day: float = status.wear.projected if status else 0
    if not per_day:  # the agent has not measured for long enough: what the kernel says of its process since the start
        if process is None or process.written is None or process.age_s < SETTLED_S:
            return Finding("wear", State.UNKNOWN, f"known when the agent has run for {SETTLED_S // 60} minutes")
        per_day = process.written / process.age_s * DAY_S
    if not per_day:
        return Finding("wear", State.OK, "nothing is written")
    years = readings.disk.size * REWRITES / per_day / 365
    found = f"{_size(per_day)} a day; a card of this size stands {REWRITES} times its own, that is {years:.0f} years"
    next_step = "raise --commit-interval, or aggregate before the outbox"
    if status and 0 < status.wear.budget < per_day:
        return Finding("wear", State.FAIL, f"{found}; its budget is {_size(status.wear.budget)}", next_step)
    return _graded("wear", years, YEARS, found, next_step)


def _memory(readings: Readings) -> Finding:
    process = readings.process
    own = f", the agent has {_size(process.memory)}" if process and process.memory else ""
    found = f"{_size(readings.memory_available)} available{own}"
    return _graded("memory", readings.memory_available, (TIGHT_MEMORY, NO_MEMORY), found, "end what else runs here")


def _clock(readings: Readings) -> Finding:
    shown = format_timestamp(readings.now.wall_us // 1_000_000 * 1_000_000)
    if readings.now.quality is ClockQuality.SYNCED:
        return Finding("clock", State.OK, f"synchronized: {shown}")
    next_step = "timedatectl set-ntp true, or fit a hardware clock"
    if readings.now.quality is ClockQuality.HOLDOVER:
        return Finding("clock", State.WARN, f"runs free since it was set: {shown}", next_step)
    found = f"was never set in this boot and says {shown}; records are marked, nothing expires by it"
    return Finding("clock", State.FAIL, found, next_step)


def _network(readings: Readings) -> Finding:
    status, reach = readings.status, readings.reach
    if status is not None and status.linked:
        return Finding("network", State.OK, "the controller is connected")
    if reach is None:
        return Finding("network", State.UNKNOWN, "this folder is not enrolled at a controller")
    if reach.failure:
        found = f"{reach.address} cannot be reached: {reach.failure}; jobs run on without"
        return Finding("network", State.WARN, found, "check cable, address and firewall")
    found = f"{reach.address} answers, the agent is not connected to it now"
    return Finding("network", State.WARN if status else State.OK, found, "wait a minute, then look into its log")


def _validities(readings: Readings) -> Iterator[Finding]:
    now = readings.now
    for validity in readings.validities:
        name = validity.name
        if validity.missing:
            found = "a job needs it and there is no such file; the agent's environment may have it"
            yield Finding(name, State.WARN, found, "put it into secrets/")
        elif validity.exposed:
            yield Finding(name, State.WARN, "other users of this machine can read it", "chmod 600")
        elif validity.expires_us is None:
            yield Finding(name, State.OK, "there; says of no end")
        elif not now.trusted:
            yield Finding(name, State.UNKNOWN, f"ends {format_timestamp(validity.expires_us)}; the clock cannot tell")
        else:
            days = (validity.expires_us - now.wall_us) / DAY
            found = f"ends {format_timestamp(validity.expires_us)}, in {days:.0f} days"
            yield _graded(name, days, (SOON_DAYS, 0), found, "replace the file in time; it counts at once")


def _graded(check: str, value: float, bounds: tuple[float, float], found: str, next_step: str) -> Finding:
    """Below the first bound a warning, below the second a failure."""
    warn, fail = bounds
    if value >= warn:
        return Finding(check, State.OK, found)
    return Finding(check, State.FAIL if value <= fail else State.WARN, found, next_step)


def _age(seconds: float) -> str:
    for unit, length in (("days", DAY_S), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"


def _size(size: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            break
        size /= 1024
    return f"{size:.0f} {unit}" if unit in ("B", "KiB") else f"{size:.1f} {unit}"
