"""Facts and replicas for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterable

from edge_orch.time import Instant
from edge_orch.twin.actor import Writer
from edge_orch.twin.facts import (
    Ack,
    Desired,
    DeviceFact,
    EpisodeFact,
    Fact,
    JobState,
    Override,
    Reported,
    Section,
    Silence,
    Value,
)
from edge_orch.twin.replica import Replica, new_actor
from edge_orch.twin.rights import may_write

AGENT = "pi-1"
NOON = Instant(wall_us=1_700_000_000_000_000, mono_us=5_000_000, boot="b1")


def allow(actor: bytes, section: Section, key: str) -> bool:
    return may_write(actor, AGENT, section, key)


def replica(writer: Writer = "agent", boot: int = 1, name: str = AGENT) -> Replica:
    doc = name if writer == "agent" else AGENT
    return Replica.open(doc, new_actor(writer, name, boot.to_bytes(8, "big")), [])


def ack(n: int, origin: Writer = "agent", note: str = "") -> Ack:
    return Ack("press/hot/1", origin, n, "ann", NOON, note)


def desired(generation: int, version: int = 1, job: str = "press") -> Desired:
    return Desired(job, generation, version, f"sha256:{version}", "r1")


def device(boot: str = "b1") -> DeviceFact:
    return DeviceFact(AGENT, {"site": "austin"}, "fw1", "0.1.0", boot)


def reported(version: int, job: str = "press") -> Reported:
    return Reported(job, version, f"sha256:{version}", version, JobState.RUNNING)


def episode(event: str = "opened", name: str = "press/hot/1") -> EpisodeFact:
    return EpisodeFact(name, event, "press", 1, "hot", NOON.wall_us, ("k",), "critical", "too hot")


def override(
    id_: str,
    value: Value | None = 90.0,
    *,
    job: str = "press",
    param: str = "hot_c",
    role: str = "operator",
    made_at: Instant = NOON,
    expires_in_us: int | None = None,
    supersedes: tuple[str, ...] = (),
) -> Override:
    origin: Writer = "agent" if id_.startswith("a-") else "controller"
    return Override(
        id=id_,
        job=job,
        param=param,
        value=value,
        by="ann",
        role="admin" if role == "admin" else "operator",
        reason="summer",
        origin=origin,
        made_at=made_at,
        expires_in_us=expires_in_us,
        supersedes=supersedes,
    )


def silence(
    id_: str,
    rule: str = "hot",
    *,
    key: tuple[str, ...] | None = None,
    made_at: Instant = NOON,
    lasts_us: int = 60_000_000,
    lifts: tuple[str, ...] = (),
) -> Silence:
    origin: Writer = "agent" if id_.startswith("a-") else "controller"
    return Silence(id_, "press", rule, "ann", "dies are changed", origin, made_at, lasts_us, key, lifts)


def write(target: Replica, facts: Iterable[Fact]) -> list[bytes]:
    """Edit and make durable at once; returns the raw changes."""
    changes = target.edit(facts)
    target.persisted(changes)
    return [change.raw for change in changes]


def merge(target: Replica, source: Replica) -> None:
    """Everything durable in `source` becomes durable in `target`."""
    target.persisted(target.apply([change.raw for change in source.changes_since(target.vector())], allow))
