"""The plan: a compiled job in canonical form. The SHA-256 of its canonical bytes is the job's digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from typing import Any
from typing import Literal as OneOf

import msgspec

from edge_orch.plan.expression import Expression
from edge_orch.plan.formats import DocumentFormat
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Schematize, Step

PLAN_FORMAT = 1
DEAD_LETTERS = "dead_letters"
"""What an output reads to carry the records that steps refused, instead of a step's."""


class ParamSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A parameter, its bounds, and the lowest role that may override it (None: nobody may)."""

    name: str
    type: FieldType
    default: bool | int | float | str
    min: float | None = None
    max: float | None = None
    override: OneOf["operator", "admin"] | None = None


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where records come from: a kind of source (`mqtt`, `file`) and its validated options.

    Option texts may hold `${secret:NAME}` and `${label:NAME}`, which only the device resolves.
    """

    kind: str
    options: dict[str, Any]


Path = tuple[str, ...]
"""Keys, from outside to inside."""


class Merge(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """A record leaves as the object in `field` (None: as one of its own), with what it has become since that was read.

    `values`: fields, and the paths at which they stand in the object, unless they are NULL. `removed`: the paths of
    what has gone from it.
    """

    field: str | None
    values: tuple[tuple[Path, str], ...] = ()
    removed: tuple[Path, ...] = ()


class Output(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A stream that leaves the device: the records of one step, or the dead letters of all, to one sink.

    `line`: the text that leaves of each record, in place of the record as JSON. `merge`: the object that leaves.
    """

    name: str
    input: str
    sink: str
    priority: OneOf["low", "normal", "high"] = "normal"
    line: str | None = None
    merge: Merge | None = None


class Sink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where records or alerts go: a kind of sink and its validated options (references unresolved)."""

    name: str
    kind: str
    options: dict[str, Any]


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a job may take on a device. Bytes; `max_age_us` in microseconds."""

    outbox: int = 512 << 20
    state: int = 64 << 20
    dead_letters: int = 32 << 20
    max_age_us: int = 30 * 86_400_000_000
    on_full: OneOf["block", "drop_oldest", "drop_newest"] = "drop_oldest"


LINES = frozenset(("file", "tcp"))
"""Kinds of sources that tell records apart by line breaks."""


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole compiled job. Steps stand in topological order; names are unique."""

    name: str
    labels: dict[str, str]
    target: Expression | None
    params: tuple[ParamSpec, ...]
    source: Source
    steps: tuple[Step, ...]
    outputs: tuple[Output, ...]
    sinks: tuple[Sink, ...]
    limits: Limits
    format: int = PLAN_FORMAT

    def step(self, name: str) -> Step:
        """The step of that name; KeyError if there is none."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    @property
    def whole(self) -> bool:
        """Whether a record is all that came at once, such as a message or an HTTP body, whatever bytes it holds."""
        return self.source.kind not in LINES and reads_documents(self.steps)


def reads_documents(steps: Iterable[Step]) -> bool:
    """Whether records are documents, which may hold line breaks."""
    return any(isinstance(step, Schematize) and isinstance(step.format, DocumentFormat) for step in steps)


_ENCODER = msgspec.json.Encoder(order="sorted")


def encode_plan(plan: Plan) -> bytes:
    """Canonical bytes: the same plan gives the same bytes on any machine."""
    return _ENCODER.encode(plan)


def decode_plan(data: bytes) -> Plan:
    """The plan in canonical bytes. Raises `msgspec.ValidationError` when they are not a plan of this format."""
    return _decoder().decode(data)


@cache  # made when it is first asked for: it reads the annotations of all steps, and who compiles a plan decodes none
def _decoder() -> msgspec.json.Decoder[Plan]:
    return msgspec.json.Decoder(Plan)


def digest(data: bytes) -> str:
    """`sha256:…` of canonical bytes: what names a job version's content."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def step_digest(step: Step) -> str:
    """Digest of one step's definition: its state carries over to a new version while this is unchanged."""
    return digest(_ENCODER.encode(step))
