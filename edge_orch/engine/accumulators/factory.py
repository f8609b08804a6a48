"""Which accumulator an aggregation of the plan asks for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import Raw

from edge_orch.engine.accumulators.accumulator import Accumulator, Value
from edge_orch.engine.accumulators.counts import Count, CountDistinct
from edge_orch.engine.accumulators.lists import ArrayAgg
from edge_orch.engine.accumulators.picks import Extreme, First, Last
from edge_orch.engine.accumulators.quantile import Quantile, Ranks, of_few
from edge_orch.engine.accumulators.sums import Average, Deviation, FloatSum, IntSum, Variance, average
from edge_orch.engine.stamps import format_stamp
from edge_orch.plan.expression import Expression, is_json
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Aggregation


def is_timed(function: str) -> bool:
    """Whether an aggregate folds pairs of event time and value."""
    return function in ("first", "last", "array_agg")


_MAKERS: dict[str, Callable[[], Accumulator]] = {
    "count": Count,
    "avg": Average,
    "stddev": Deviation,
    "variance": Variance,
    "bool_and": lambda: Extreme(min),  # false is less than true
    "bool_or": lambda: Extreme(max),
    "min": lambda: Extreme(min),
    "max": lambda: Extreme(max),
    "first": First,
    "last": Last,
    "count_distinct": CountDistinct,
}


# Where it is simpler to compute than to fold.
_WHOLES: dict[str, Callable[[list[Any]], Value]] = {
    "count": len,
    "avg": average,
    "min": partial(min, default=None),
    "max": partial(max, default=None),
}


def fraction(aggregation: Aggregation) -> float:
    """Which quantile is asked for."""
    return 0.5 if aggregation.argument is None else aggregation.argument


def factory(aggregation: Aggregation) -> Callable[[], Accumulator]:
    """What makes an accumulator for one column of an aggregate step."""
    if aggregation.function == "sum":
        return FloatSum if aggregation.type is FieldType.FLOAT else IntSum
    if aggregation.function == "quantile":
        return partial(Quantile, fraction(aggregation))
    if aggregation.function == "array_agg":
        return partial(ArrayAgg, _shown(aggregation.value))
    return _MAKERS[aggregation.function]


def _shown(value: Expression | None) -> Callable[[Any], Any] | None:
    """What makes JSON of its values; None where they are JSON's own."""
    if value is not None and value.type is FieldType.TIMESTAMP:
        return format_stamp
    return Raw if value is not None and is_json(value) else None


def whole(aggregation: Aggregation) -> Callable[[list[Any]], Value]:
    """What computes the column at once from all its values: the same as one accumulator that takes them together."""
    at_once = _WHOLES.get(aggregation.function)
    if at_once is not None:
        return at_once
    make = factory(aggregation)
    if aggregation.function == "quantile":
        return partial(of_few, Ranks(fraction(aggregation)))

    def folded(values: list[Any]) -> Value:
        accumulator = make()
        accumulator.fold(values)
        return accumulator.value()

    return folded
