"""What a row says of few values, worked out in place, is what accumulators say of them."""

from __future__ import annotations

import json
from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge_orch.engine.accumulators.accumulator import Value
from edge_orch.engine.accumulators.factory import factory
from edge_orch.plan.steps import Aggregation
from tests.unit.engine.plans import (
    FLOAT,
    INT,
    TIMESTAMP,
    aggregate,
    batch,
    call,
    col,
    lit,
    parsed,
    pipeline,
    plan,
    rows,
    schematize,
)

READINGS = schematize(parsed("t", TIMESTAMP, format="unix_s"), parsed("x", FLOAT), time="t")
X = col("x")
COLUMNS = (
    Aggregation("median", "quantile", FLOAT, X),
    Aggregation("n", "count", INT, X),
    Aggregation("high", "quantile", FLOAT, X, 0.95),
    Aggregation("mean", "avg", FLOAT, X),
    Aggregation("least", "min", FLOAT, X),
    Aggregation("spread", "stddev", FLOAT, X),
    Aggregation("most", "max", FLOAT, X),
    Aggregation("total", "sum", FLOAT, X),
)
HUGE = 1.7e308


def row(values: list[float], columns: tuple[Aggregation, ...]) -> dict[str, Value]:
    running = pipeline(plan(READINGS, aggregate(READINGS, *columns)))
    running.process(batch("\n".join(json.dumps({"t": 1, "x": value}) for value in values).encode()))
    (found,) = rows(running.finish())
    return {each.name: found[each.name] for each in columns}


def by_accumulators(values: list[float], columns: tuple[Aggregation, ...]) -> dict[str, Value]:
    made = {each.name: factory(each)() for each in columns}
    for accumulator in made.values():
        accumulator.fold(list(values))
    return {name: accumulator.value() for name, accumulator in made.items()}


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=127))
@example([HUGE, HUGE, -HUGE])
@example([-HUGE, HUGE])
@example([0.0, -0.0])
def test_in_place_and_by_accumulators(values: list[float]) -> None:
    assert row(values, COLUMNS) == by_accumulators(values, COLUMNS)


@pytest.mark.parametrize("columns", list(permutations(COLUMNS[1:4])))
def test_which_column_comes_first_changes_none(columns: tuple[Aggregation, ...]) -> None:
    values = [3.0, 1e308, 1.0, 2.5, -1e308]

    assert row(values, columns) == by_accumulators(values, columns)


def test_a_lane_without_values_beside_one_with() -> None:
    never = call("gt", X, lit(99.0))
    columns = (Aggregation("n", "count", INT), Aggregation("most", "max", FLOAT, X, where=never))

    assert row([1.0, 2.0], columns) == {"n": 2, "most": None}
