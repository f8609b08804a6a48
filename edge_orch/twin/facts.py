"""Facts: each is written once, by one writer, under a flat key in one section of the twin.

`Device` and `Reported` are the exceptions: their one writer, the agent, replaces them. A fact's key is derived from
the fact itself, so that two writers can never mean different things by one key.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal as OneOf

import msgspec

from edge_orch.time import Instant

Value = bool | int | float | str


class Section(StrEnum):
    """The root maps of a twin, all created in the genesis change."""

    DEVICE = "device"
    REPORTED = "reported"
    DESIRED = "desired"
    OVERRIDES = "overrides"
    EPISODES = "episodes"
    ACKS = "acks"
    SILENCES = "silences"
    LATER = "later"
    """Kinds of facts that came after the first release: `<kind>/<origin>/<unique>`. A release keeps and passes on those
    it does not know, and they mean nothing to it."""


class DeviceFact(msgspec.Struct, frozen=True):
    """Inventory of the device. Writer: the agent. Key: `self`."""

    agent: str
    labels: dict[str, str]
    firmware: str
    software: str
    boot: str

    @property
    def key(self) -> str:
        return "self"


class JobState(StrEnum):
    """What a job does on an agent."""

    FETCHING = "fetching"
    RUNNING = "running"
    FAILED = "failed"
    REMOVED = "removed"


class Reported(msgspec.Struct, frozen=True):
    """Which version of a job runs on the device. Writer: the agent, on transitions only. Key: the job."""

    job: str
    version: int
    digest: str
    generation: int
    state: JobState
    error: str = ""

    @property
    def key(self) -> str:
        return self.job


class Desired(msgspec.Struct, frozen=True):
    """Which version of a job the controller wants on the device. Key: `<job>/<generation>`; the highest counts.

    `removed`: the job should no longer run here. `started_at_us`: when its rollout began, by the controller's clock.
    """

    job: str
    generation: int
    version: int
    digest: str
    rollout: str
    removed: bool = False
    started_at_us: int = 0

    @property
    def key(self) -> str:
        return f"{self.job}/{self.generation}"


class Override(msgspec.Struct, frozen=True):
    """A person's change of one parameter on one agent. Key: its id, unique to its author.

    `origin`: made at the machine (`agent`) or centrally (`controller`). `supersedes`: ids of the overrides that its
    author saw and replaces. `expires_in_us`: from `made_at`; None means until revoked. `value` None revokes: it
    supersedes others and sets nothing.
    """

    id: str
    job: str
    param: str
    value: Value | None
    by: str
    role: OneOf["operator", "admin"]
    reason: str
    origin: OneOf["agent", "controller"]
    made_at: Instant
    expires_in_us: int | None = None
    supersedes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.id


class EpisodeFact(msgspec.Struct, frozen=True):
    """One event in the life of an episode. Writer: the agent. Key: `<episode>/<event>`.

    `event`: `opened`; `silenced` or `throttled` when nobody was told of it, `told` when somebody was after all, or time
    is counted from then; `acknowledged` when alert sinks are told of the first `Ack`; `escalated` when the second route
    was taken; `resolved`; `reopened`; or `notified.<event>.<sink>` once a notification is known delivered. What
    happens again is numbered, since a fact is written once: `resolved.2`, `reopened.2`, `escalated.2` …
    """

    episode: str
    event: str
    job: str
    version: int
    rule: str
    at_us: int
    key_values: tuple[str, ...] = ()
    severity: str = ""
    summary: str = ""

    @property
    def key(self) -> str:
        return f"{self.episode}/{self.event}"


class Ack(msgspec.Struct, frozen=True):
    """A person has seen an episode. Key: `<episode>/<origin>/<n>`; acknowledgements made apart all remain visible.

    `n` never comes back for this origin, not even after a restore from a backup. `opening`: which opening of the
    episode its author saw: 1 for `opened`, one more for each `reopened`. What opens again is not acknowledged by it.
    """

    episode: str
    origin: OneOf["agent", "controller"]
    n: int
    by: str
    at: Instant
    note: str = ""
    opening: int = 1

    @property
    def key(self) -> str:
        return f"{self.episode}/{self.origin}/{self.n}"


class Silence(msgspec.Struct, frozen=True):
    """A person wants no notifications of a rule for a time; its episodes go on. Key: its id, unique to its author.

    `rule` empty: all rules of the job. `key_values` None: whatever the key. `expires_in_us`: from `made_at`, on
    trusted time. `lifts`: ids of silences that it ends; then it silences nothing itself.
    """

    id: str
    job: str
    rule: str
    by: str
    reason: str
    origin: OneOf["agent", "controller"]
    made_at: Instant
    expires_in_us: int
    key_values: tuple[str, ...] | None = None
    lifts: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.id


class Tally(msgspec.Struct, frozen=True):
    """So many episodes of a rule opened and were resolved while the controller was away, and are not told one by one.

    Writer: the agent. Key: `tally/agent/` and all that it says. `opened_us`, `resolved_us`: when the first opened and
    the last was resolved.
    """

    job: str
    rule: str
    count: int
    opened_us: int
    resolved_us: int

    @property
    def key(self) -> str:
        return f"tally/agent/{self.job}.{self.rule}.{self.count}.{self.opened_us}.{self.resolved_us}"


Fact = DeviceFact | Reported | Desired | Override | EpisodeFact | Ack | Silence | Tally

SECTION_OF: dict[type, Section] = {
    DeviceFact: Section.DEVICE,
    Reported: Section.REPORTED,
    Desired: Section.DESIRED,
    Override: Section.OVERRIDES,
    EpisodeFact: Section.EPISODES,
    Ack: Section.ACKS,
    Silence: Section.SILENCES,
    Tally: Section.LATER,
}


class Facts(msgspec.Struct, frozen=True):
    """All facts of one twin, decoded. Every mapping is keyed by the fact's own key."""

    device: dict[str, DeviceFact] = {}
    reported: dict[str, Reported] = {}
    desired: dict[str, Desired] = {}
    overrides: dict[str, Override] = {}
    episodes: dict[str, EpisodeFact] = {}
    acks: dict[str, Ack] = {}
    silences: dict[str, Silence] = {}
    later: dict[str, Tally] = {}
