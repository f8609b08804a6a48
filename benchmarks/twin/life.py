"""A month in the life of one twin, in virtual time: what people, rules and rollouts write, synced as it goes."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import msgspec

from edge_orch.time import HOUR, MINUTE, Instant
from edge_orch.twin.actor import Writer, new_actor
from edge_orch.twin.change import Change
from edge_orch.twin.commands import Begin, Persist, SyncCommand, Transmit
from edge_orch.twin.epoch import Epoch
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
)
from edge_orch.twin.replica import Replica
from edge_orch.twin.rights import may_write
from edge_orch.twin.settled import settled
from edge_orch.twin.sync import SyncSession
from edge_orch.wire.messages import encode_message

AGENT = "press-line-1"
START = Instant(1_700_000_000_000_000, 0, "b1")
EPISODES_A_DAY = 20
JOBS = ("press-temperature", "vibration-rms", "energy-15min", "cold-chain", "oee-states")


class Side:
    """One replica with its session; what it is to make durable is durable at once."""

    def __init__(self, writer: Writer) -> None:
        replica = Replica(AGENT, new_actor(writer, AGENT if writer == "agent" else "controller", b"12345678"))
        self.session = SyncSession(
            replica,
            doc=AGENT,
            boot=b"boot",
            allow=lambda actor, section, key: may_write(actor, AGENT, section, key),
            decides=writer == "agent",
        )
        self.archive: list[tuple[Section, str, str]] = []
        self.sent = 0
        self.messages = 0

    @property
    def replica(self) -> Replica:
        return self.session.replica

    def perform(self, commands: list[SyncCommand]) -> list[Transmit]:
        """What is to be sent."""
        sent: list[Transmit] = []
        for command in commands:
            match command:
                case Transmit(message):
                    self.sent += len(encode_message(message))
                    self.messages += 1
                    sent.append(command)
                case Persist(changes):
                    sent += self.perform(self.session.persisted(changes))
                case Begin(rolled):
                    self.archive += rolled.left
                    sent += self.perform(self.session.persisted(rolled.changes))
                case _:
                    raise AssertionError(command)
        return sent

    def write(self, facts: list[Fact]) -> list[Transmit]:
        """Facts of this side; what its session says then."""
        return self.perform(self.session.persisted(self.replica.edit(facts)))


def talk(one: Side, other: Side, waiting: list[Transmit]) -> None:
    """Carry what `one` says, and all answers."""
    for transmit in waiting:
        talk(other, one, other.perform(other.session.receive(transmit.message)))


class Month(msgspec.Struct):
    """What became of it. `largest`: bytes of all changes of the twin, at its largest. `facts`: ever written."""

    largest: int
    final: int
    facts: int
    archived: int
    epoch: Epoch
    rows: list[Change]
    sent: int
    messages: int


def live(days: int, *, roll_bytes: int | None = 48 << 10, apart_days: int = 0, seed: int = 1) -> Month:
    """`days` of normal life. `roll_bytes` None: never rolled. `apart_days`: at the end, without network."""
    random = Random(seed)  # noqa: S311 -- a seeded history
    agent, controller = Side("agent"), Side("controller")
    largest = written = 0
    for hour in range(days * 24):
        now = START.after(hour * HOUR)
        local, central = _local(hour, now, random), _central(hour, now, random)
        written += len(local) + len(central)
        apart = hour >= (days - apart_days) * 24
        ours, theirs = agent.write(local), controller.write(central)
        if not apart:
            talk(agent, controller, [*ours, *agent.perform(agent.session.open())])
            talk(controller, agent, theirs)
        largest = max(largest, agent.replica.size)
        if roll_bytes is not None and not apart and agent.replica.size >= roll_bytes and agent.session.may_roll:
            talk(agent, controller, agent.perform(agent.session.roll(settled(agent.replica.facts(), now))))
    return Month(
        largest=largest,
        final=agent.replica.size,
        facts=written,
        archived=len(agent.archive),
        epoch=agent.replica.epoch,
        rows=agent.replica.history(),
        sent=agent.sent + controller.sent,
        messages=agent.messages + controller.messages,
    )


def _local(hour: int, now: Instant, random: Random) -> list[Fact]:
    facts: list[Fact] = []
    if hour % 72 == 0:
        labels = {"site": "austin", "line": "1", "role": "press"}
        facts.append(DeviceFact(AGENT, labels, "2026.04", "0.2.0", f"boot-{hour}"))
    for number in range(EPISODES_A_DAY * (hour + 1) // 24 - EPISODES_A_DAY * hour // 24):
        facts += _episode(f"{random.randbytes(16).hex()}", random.choice(JOBS), now.after(number), random)
    if hour % 12 == 5:
        facts.append(_override("a", hour, now, random))
    if hour % 24 == 9:
        facts.append(Silence(f"a-{hour}", JOBS[0], "hot", "olga", "dies are changed", "agent", now, 2 * HOUR))
    if hour % 72 == 1:
        generation = hour // 72 + 1
        digest = f"sha256:{generation:064x}"
        facts += [Reported(job, generation, digest, generation, JobState.RUNNING) for job in JOBS]
    return facts


def _central(hour: int, now: Instant, random: Random) -> list[Fact]:
    facts: list[Fact] = []
    if hour % 72 == 0:
        generation = hour // 72 + 1
        digest = f"sha256:{generation:064x}"
        facts += [Desired(job, generation, generation, digest, f"{job}-{generation}") for job in JOBS]
    if hour % 12 == 8:
        facts.append(_override("c", hour, now, random))
    return facts


def _override(origin: str, hour: int, now: Instant, random: Random) -> Override:
    return Override(
        id=f"{origin}-0123456789abcdef-{hour}",
        job=random.choice(JOBS),
        param="hot_c",
        value=80.0 + hour % 20,
        by="olga",
        role="operator",
        reason="the new dies run hotter than the old ones",
        origin="agent" if origin == "a" else "controller",
        made_at=now,
        expires_in_us=8 * HOUR,
    )


def _episode(name: str, job: str, now: Instant, random: Random) -> Iterator[Fact]:
    """One that opened, was told to two sinks, perhaps acknowledged, and resolved within the hour."""
    opened = EpisodeFact(
        episode=name,
        event="opened",
        job=job,
        version=1,
        rule="overheating",
        at_us=now.wall_us,
        key_values=(f"press-{random.randrange(8)}",),
        severity="critical",
        summary=f"{random.randrange(4, 8)} sensors above 85 °C at austin for 5 s",
    )
    resolved = msgspec.structs.replace(opened, event="resolved", at_us=now.wall_us + 20 * MINUTE)
    for told in (opened, resolved):
        yield told
        for sink in ("oncall", "bus"):
            yield msgspec.structs.replace(
                told, event=f"notified.{told.event}.{sink}", key_values=(), severity="", summary=""
            )
    if random.random() < 0.3:
        yield Ack(name, "agent", random.getrandbits(48), "olga", now, "on my way")
