"""Windows of records → rows."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from edge_orch.plan.expression import Expression
from edge_orch.plan.schema import FieldType, Schema
from edge_orch.plan.windows import Window

Argument = int | float | str | tuple[float, ...]


class Aggregation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One output column: `function(value) FILTER (WHERE where)`.

    `argument`: a constant: the quantile, the part by which a value moves an `ewma`, the band of a `swinging_door`, how
    many of the greatest or least, the upper bounds of a histogram, or what stands between texts. `order`: what
    `arg_max` and `arg_min` choose by; the name of a member of `json_group_object`; the x of `regr_slope`, `corr` and
    `swinging_door`.
    """

    name: str
    function: OneOf[
        "count", "sum", "avg", "min", "max", "first", "last", "stddev", "variance", "count_distinct", "quantile",
        "bool_and", "bool_or", "array_agg", "string_agg", "arg_min", "arg_max", "mode", "histogram",
        "json_group_object", "stddev_pop", "var_pop", "bit_and", "bit_or", "regr_slope", "corr", "ewma",
        "swinging_door", "skewness", "kurtosis", "kurtosis_pop", "sum_distinct", "avg_distinct", "array_agg_distinct",
        "string_agg_distinct",
    ]  # fmt: skip
    type: FieldType
    value: Expression | None = None
    argument: Argument | None = None
    where: Expression | None = None
    order: Expression | None = None


class Aggregate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="aggregate"):
    """Fold records into one row per window and key; rows carry window_start, window_end, revision.

    The window closes when the watermark passes its end + `grace_us`. A partition silent for `idle_us` of arrival
    time no longer holds the watermark back. `empty_us`, of windows that time alone decides: a key has rows of windows
    without records, too, that begin within so long after the end of the last one with. `early_us`, of tumbling and
    calendar windows: every so often from its beginning on, a window has rows of what it holds so far.
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
    empty_us: int | msgspec.UnsetType = msgspec.UNSET  # not in the bytes of a plan without it
    early_us: int | msgspec.UnsetType = msgspec.UNSET  # likewise
