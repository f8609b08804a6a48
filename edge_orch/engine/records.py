"""What goes into a pipeline and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from operator import add

import msgspec
from msgspec.structs import astuple

from edge_orch.time import Instant


class Device(msgspec.Struct, frozen=True):
    """Who is running the job; the `device` root of expressions."""

    id: str
    labels: dict[str, str] = {}
    firmware: str = ""


class Batch(msgspec.Struct, frozen=True, gc=False):
    """Records as they arrived from one partition of a source (a topic, a file), in order.

    `payload`: newline-separated bytes, or one `bytes` a record (a record may then hold newlines). `position`: the
    number of the first record within its partition, so that a dead letter can say where it came from. `received`:
    when the batch arrived. `context`: values of the `source` root, such as `topic`.
    """

    partition: str
    payload: bytes | Sequence[bytes]
    received: Instant
    position: int = 0
    context: dict[str, str] = {}


class DeadLetter(msgspec.Struct, frozen=True, gc=False):
    """A record that could not be processed: its raw bytes, and why, where and under which step."""

    raw: bytes
    step: str
    reason: str
    partition: str
    position: int
    field: str = ""


class Chunk(msgspec.Struct, frozen=True, gc=False):
    """Records for one output: `count` lines of NDJSON in `data`, each ended by a newline."""

    data: bytes
    count: int


class EpisodeEventKind(StrEnum):
    """What can happen to an episode on the device."""

    OPENED = "opened"
    RESOLVED = "resolved"


class EpisodeEvent(msgspec.Struct, frozen=True):
    """Something that happened to one episode: one firing of an alert rule for one key.

    `episode`: stable id, derived from job, rule, key and opening time. `at_us`: event time. `values`: the fields,
    parameters and counts that its summary may name.
    """

    episode: str
    kind: EpisodeEventKind
    rule: str
    key: tuple[str, ...]
    at_us: int
    severity: str
    summary: str
    notify: tuple[str, ...]
    values: dict[str, bool | int | float | str | None] = {}


class StepCount(msgspec.Struct, frozen=True, gc=False):
    """The account of one step: `entered = passed + filtered + folded + dead`; `late` counts dropped late rows.

    `evicted`: what its state gave up for want of room, before its time: keys of a memory, aggregates that grow.
    """

    entered: int = 0
    passed: int = 0
    filtered: int = 0
    folded: int = 0
    dead: int = 0
    late: int = 0
    evicted: int = 0

    def __add__(self, other: StepCount) -> StepCount:
        """What both say of the step."""
        return StepCount(*map(add, astuple(self), astuple(other)))


class Emission(msgspec.Struct, gc=False):
    """All that one call of a pipeline brought forth. Outputs without records are absent.

    `counts` may be the same object for many emissions: it is for reading only. `records`: how many the batch held, with
    blank lines and headers: so far on is the position of the next.
    """

    outputs: dict[str, Chunk] = msgspec.field(default_factory=dict)
    dead: list[DeadLetter] = msgspec.field(default_factory=list)
    episodes: list[EpisodeEvent] = msgspec.field(default_factory=list)
    counts: Mapping[str, StepCount] = msgspec.field(default_factory=dict)
    records: int = 0
