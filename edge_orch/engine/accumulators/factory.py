"""Which accumulator an aggregation of the plan asks for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from operator import and_, or_
from typing import Any

from msgspec import Raw
from msgspec.structs import replace

from edge_orch.engine.accumulators.accumulator import Accumulator, Value
from edge_orch.engine.accumulators.counts import Buckets, Count, CountDistinct, OfDistinct
from edge_orch.engine.accumulators.door import Door
from edge_orch.engine.accumulators.lists import Gathered, Members, Once, Ranked, Tallied, json_array
from edge_orch.engine.accumulators.moments import Kurtosis, PopulationKurtosis, Skewness
from edge_orch.engine.accumulators.picks import ArgExtreme, Extreme, First, Last
from edge_orch.engine.accumulators.quantile import Quantile, Ranks, of_few
from edge_orch.engine.accumulators.sums import (
    Average,
    Deviation,
    FloatSum,
    IntSum,
    PopulationDeviation,
    PopulationVariance,
    Variance,
    average,
)
from edge_orch.engine.accumulators.trends import Correlation, Slope, Smoothed
from edge_orch.engine.calls.cast import cast
from edge_orch.engine.encoding import json_bytes
from edge_orch.engine.stamps import format_stamp
from edge_orch.plan.expression import Expression, is_json
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Aggregation, Argument


def is_timed(function: str) -> bool:
    """Whether an aggregate folds pairs of event time and value."""
    return function in _TIMED


def is_ranked(aggregation: Aggregation) -> bool:
    """Whether it folds pairs, of what decides and what is picked, and keeps several."""
    return aggregation.function in _CHOICES and aggregation.argument is not None


_TIMED = frozenset(
    ("first", "last", "array_agg", "string_agg", "json_group_object", "array_agg_distinct", "string_agg_distinct")
)
_MAKERS: dict[str, Callable[[], Accumulator]] = {
    "count": Count,
    "avg": Average,
    "stddev": Deviation,
    "variance": Variance,
    "stddev_pop": PopulationDeviation,
    "var_pop": PopulationVariance,
    "skewness": Skewness,
    "kurtosis": Kurtosis,
    "kurtosis_pop": PopulationKurtosis,
    "regr_slope": Slope,
    "corr": Correlation,
    "bool_and": lambda: Extreme(min),  # false is less than true
    "bool_or": lambda: Extreme(max),
    "bit_and": lambda: Extreme(partial(reduce, and_)),
    "bit_or": lambda: Extreme(partial(reduce, or_)),
    "min": lambda: Extreme(min),
    "max": lambda: Extreme(max),
    "arg_min": lambda: ArgExtreme(min),
    "arg_max": lambda: ArgExtreme(max),
    "first": First,
    "last": Last,
    "count_distinct": CountDistinct,
    "avg_distinct": lambda: OfDistinct(average),
    "mode": lambda: Tallied(_most_frequent),
}
_OF_A_FRACTION: dict[str, Callable[[float], Accumulator]] = {
    "quantile": Quantile,
    "ewma": Smoothed,
    "swinging_door": Door,
}
_GATHERED: dict[str, Callable[..., Accumulator]] = {
    "array_agg": Gathered,
    "string_agg": Gathered,
    "array_agg_distinct": Once,
    "string_agg_distinct": Once,
}
_CHOICES: dict[str, Callable[..., Any]] = {"min": min, "arg_min": min, "max": max, "arg_max": max}


# Where it is simpler to compute than to fold.
_WHOLES: dict[str, Callable[[list[Any]], Value]] = {
    "count": len,
    "avg": average,
    "min": partial(min, default=None),
    "max": partial(max, default=None),
}


def fraction(aggregation: Aggregation) -> float:
    """Which quantile is asked for, by which part each value moves an `ewma`, or the band of a `swinging_door`."""
    return aggregation.argument if isinstance(aggregation.argument, int | float) else 0.5


def factory(aggregation: Aggregation) -> Callable[[], Accumulator]:
    """What makes an accumulator for one column of an aggregate step."""
    function, argument = aggregation.function, aggregation.argument
    if function in ("sum", "sum_distinct"):
        return _sum(aggregation)
    if function in _OF_A_FRACTION:
        return partial(_OF_A_FRACTION[function], fraction(aggregation))
    if function in _GATHERED and argument is None:
        return partial(_GATHERED[function], _array_of(aggregation.value))
    if function == "json_group_object":
        return partial(Members, _shown(aggregation.value) or _itself)
    if function == "histogram" and argument is None:
        return partial(Tallied, _object_of(aggregation.value))
    return _MAKERS[function] if argument is None else _with_argument(aggregation, argument)


def _sum(aggregation: Aggregation) -> Callable[[], Accumulator]:
    if aggregation.function == "sum_distinct":
        return partial(OfDistinct, whole(replace(aggregation, function="sum")))
    return FloatSum if aggregation.type is FieldType.FLOAT else IntSum


def _with_argument(aggregation: Aggregation, argument: Argument) -> Callable[[], Accumulator]:
    match argument:
        case str():
            return partial(_GATHERED[aggregation.function], argument.join)
        case tuple():
            return partial(Buckets, argument)
        case _:
            return partial(Ranked, _CHOICES[aggregation.function], int(argument), _array_of(aggregation.value))


def _array_of(value: Expression | None) -> Callable[[list[Any]], str]:
    """What makes a JSON array of its values."""
    shown = _shown(value)
    return json_array if shown is None else lambda values: json_array(list(map(shown, values)))


def _shown(value: Expression | None) -> Callable[[Any], Any] | None:
    """What makes JSON of a value; None where it is JSON's own."""
    if value is not None and value.type is FieldType.TIMESTAMP:
        return format_stamp
    return Raw if value is not None and is_json(value) else None


def _itself(value: Any) -> Any:
    return value


def _most_frequent(counts: dict[Any, int]) -> Value:
    """Of several, the least: the order in which values came may have been changed (see `whole`)."""
    most = max(counts.values())
    least: Value = min(value for value, count in counts.items() if count == most)
    return least


def _object_of(value: Expression | None) -> Callable[[dict[Any, int]], str]:
    """What makes a JSON object of its values, in their order, and their counts."""
    named = cast(FieldType.STRING if value is None else value.type, FieldType.STRING)
    return lambda counts: json_bytes({named(value): counts[value] for value in sorted(counts)}).decode()


def whole(aggregation: Aggregation) -> Callable[[list[Any]], Value]:
    """What computes the column at once from all its values: the same as one accumulator that takes them together."""
    at_once = _WHOLES.get(aggregation.function)
    if at_once is not None and aggregation.argument is None:
        return at_once
    make = factory(aggregation)
    if aggregation.function == "quantile":
        return partial(of_few, Ranks(fraction(aggregation)))

    def folded(values: list[Any]) -> Value:
        accumulator = make()
        accumulator.fold(values)
        return accumulator.value()

    return folded
