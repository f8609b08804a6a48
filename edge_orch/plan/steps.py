"""The steps of a plan: every name resolved, every expression typed, every default written out.

A step's `input` is the name of an earlier step, or `SOURCE`. Its `schema` describes the records it passes on.
Durations are microseconds.
"""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from edge_orch.plan.expression import Expression
from edge_orch.plan.formats import Format
from edge_orch.plan.schema import FieldType, Schema
from edge_orch.plan.windows import Window

SOURCE = "source"


class ParsedField(msgspec.Struct, frozen=True, omit_defaults=True):
    """How `schematize` makes one typed field from raw input; a record that breaks any rule is a dead letter.

    `path`: where the value lies: a JSON path of keys, a CSV column, a regex group, as its format says. `format`: for
    timestamps `unix_s | unix_ms | unix_us | unix_ns | rfc3339` or a strptime pattern. `zone`: IANA zone of timestamps
    that carry no offset. `pattern`: a regular expression that the whole text must match.
    `json`: any JSON value, as its text.
    """

    name: str
    type: FieldType
    path: tuple[str, ...]
    required: bool = True
    format: str = "rfc3339"
    zone: str = "UTC"
    min: float | None = None
    max: float | None = None
    pattern: str | None = None
    json: bool = False


class Assignment(msgspec.Struct, frozen=True, array_like=True):
    """`name = expression`."""

    name: str
    value: Expression


class Schematize(msgspec.Struct, frozen=True, tag_field="kind", tag="schematize"):
    """Raw bytes → typed record, or dead letter."""

    name: str
    input: str
    format: Format
    fields: tuple[ParsedField, ...]
    schema: Schema


class Map(msgspec.Struct, frozen=True, tag_field="kind", tag="map"):
    """Add or replace fields (`enrich` and `map` in a job: the same step), then optionally keep or drop some.

    All assignments see the input record, not each other. `schema` says what is left, in order.
    """

    name: str
    input: str
    assignments: tuple[Assignment, ...]
    schema: Schema


class Redact(msgspec.Struct, frozen=True, tag_field="method", tag="redact"):
    """Any text becomes this one."""

    replacement: str


class Truncate(msgspec.Struct, frozen=True, tag_field="method", tag="truncate"):
    """The first `length` characters of a text stay."""

    length: int


class Hash(msgspec.Struct, frozen=True, tag_field="method", tag="hash"):
    """HMAC-SHA-256 of a value's text, in hexadecimal. `key`: a `${secret:NAME}`, which only the device resolves."""

    key: str


class Generalize(msgspec.Struct, frozen=True, tag_field="method", tag="generalize"):
    """The lower edge of the bin of this width (microseconds for timestamps) that a value lies in."""

    width: int | float


Masking = Redact | Truncate | Hash | Generalize


class Mask(msgspec.Struct, frozen=True, tag_field="kind", tag="mask"):
    """Make fields say less than they did: each named field by its method. NULL stays NULL."""

    name: str
    input: str
    maskings: tuple[tuple[str, Masking], ...]
    schema: Schema


class Filter(msgspec.Struct, frozen=True, tag_field="kind", tag="filter"):
    """Pass a record when the condition is true; NULL does not pass."""

    name: str
    input: str
    condition: Expression
    schema: Schema


class Branch(msgspec.Struct, frozen=True, array_like=True):
    """A way out of a `route`; its records are taken under `step.name`."""

    name: str
    condition: Expression


class Route(msgspec.Struct, frozen=True, tag_field="kind", tag="route"):
    """Each record goes to the first branch whose condition is true, else to `default`, else nowhere."""

    name: str
    input: str
    branches: tuple[Branch, ...]
    schema: Schema
    default: str | None = None


class Dedupe(msgspec.Struct, frozen=True, tag_field="kind", tag="dedupe"):
    """Pass the first record of each key; drop the others that come within `within_us` of event time."""

    name: str
    input: str
    keys: tuple[str, ...]
    within_us: int
    schema: Schema


class Throttle(msgspec.Struct, frozen=True, tag_field="kind", tag="throttle"):
    """Pass the first `threshold` records of each key in each window of event time, aligned to the Unix epoch."""

    name: str
    input: str
    keys: tuple[str, ...]
    threshold: int
    window_us: int
    schema: Schema


class Sample(msgspec.Struct, frozen=True, tag_field="kind", tag="sample"):
    """Pass about `ratio` of all keys, chosen by their hash: all records of a key, or none."""

    name: str
    input: str
    keys: tuple[str, ...]
    ratio: float
    schema: Schema


class Lookup(msgspec.Struct, frozen=True, tag_field="kind", tag="lookup"):
    """Add `fields` from the row whose first columns equal the `keys` of the record; NULL if there is none.

    `rows`: first the keys, in their order, then the fields, in theirs. Keys are unique and never NULL.
    """

    name: str
    input: str
    keys: tuple[str, ...]
    fields: tuple[str, ...]
    rows: tuple[tuple[bool | int | float | str | None, ...], ...]
    schema: Schema


class Explode(msgspec.Struct, frozen=True, tag_field="kind", tag="explode"):
    """Each element of the JSON array in `field` becomes a record: the other fields of its parent, then `fields` of it.

    The paths of `fields` begin at the element; the empty path is the element itself. NULL counts as an empty array.
    """

    name: str
    input: str
    field: str
    fields: tuple[ParsedField, ...]
    schema: Schema


class Aggregation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One output column: `function(value) FILTER (WHERE where)`; `argument` is a constant such as the quantile."""

    name: str
    function: OneOf["count", "sum", "avg", "min", "max", "first", "last", "stddev", "count_distinct", "quantile"]
    type: FieldType
    value: Expression | None = None
    argument: float | None = None
    where: Expression | None = None


class Aggregate(msgspec.Struct, frozen=True, tag_field="kind", tag="aggregate"):
    """Fold records into one row per window and key; rows carry window_start, window_end, revision.

    The window closes when the watermark passes its end + `grace_us`. A partition silent for `idle_us` of arrival
    time no longer holds the watermark back.
    """

    name: str
    input: str
    window: Window
    by: tuple[str, ...]
    compute: tuple[Aggregation, ...]
    schema: Schema
    grace_us: int = 0
    idle_us: int = 60_000_000
    on_late: OneOf["revise", "dead_letter", "drop"] = "drop"


class Quorum(msgspec.Struct, frozen=True):
    """At least `at_least` distinct values of `distinct` whose latest record, not older than `within_us`, is true."""

    distinct: str
    at_least: Expression
    within_us: int


class Clear(msgspec.Struct, frozen=True):
    """When a firing episode resolves: `when` true for every voter (hysteresis), without a break, for `hold_us`."""

    when: Expression
    hold_us: int


class SummaryPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """Text, or the name of a value put in its place: a field, a parameter, `count`, `key`."""

    text: str = ""
    value: str = ""


class Alert(msgspec.Struct, frozen=True, tag_field="kind", tag="alert"):
    """A rule. One episode per key at a time; `notify` names sinks. An alert passes no records on."""

    name: str
    input: str
    when: Expression
    key: tuple[str, ...]
    hold_us: int
    clear: Clear
    severity: OneOf["info", "warning", "error", "critical"]
    summary: tuple[SummaryPart, ...]
    notify: tuple[str, ...]
    schema: Schema
    quorum: Quorum | None = None


Step = Schematize | Map | Mask | Lookup | Explode | Filter | Route | Dedupe | Throttle | Sample | Aggregate | Alert


def ports(step: Step) -> tuple[str, ...]:
    """The names under which other steps and outputs take its records."""
    if isinstance(step, Alert):
        return ()
    if isinstance(step, Route):
        branches = [branch.name for branch in step.branches]
        return tuple(f"{step.name}.{name}" for name in [*branches, *([step.default] if step.default else [])])
    return (step.name,)
