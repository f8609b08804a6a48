from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.accumulators.factory import factory, is_ranked, is_timed
from edge_orch.plan.expression import Column
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Aggregation
from tests.unit.engine.accumulators.folding import folded, reborn

INT = FieldType.INT
KINDS = [
    Aggregation("a", "count", INT),
    Aggregation("a", "sum", INT),
    Aggregation("a", "sum", FieldType.FLOAT),
    Aggregation("a", "avg", FieldType.FLOAT),
    Aggregation("a", "stddev", FieldType.FLOAT),
    Aggregation("a", "stddev_pop", FieldType.FLOAT),
    Aggregation("a", "var_pop", FieldType.FLOAT),
    Aggregation("a", "skewness", FieldType.FLOAT),
    Aggregation("a", "kurtosis", FieldType.FLOAT),
    Aggregation("a", "kurtosis_pop", FieldType.FLOAT),
    Aggregation("a", "bit_and", INT),
    Aggregation("a", "bit_or", INT),
    Aggregation("a", "regr_slope", FieldType.FLOAT, order=Column("y", INT)),
    Aggregation("a", "corr", FieldType.FLOAT, order=Column("y", INT)),
    Aggregation("a", "ewma", FieldType.FLOAT, argument=0.2),
    Aggregation("a", "min", INT),
    Aggregation("a", "max", INT),
    Aggregation("a", "first", INT),
    Aggregation("a", "last", INT),
    Aggregation("a", "count_distinct", INT),
    Aggregation("a", "sum_distinct", INT),
    Aggregation("a", "sum_distinct", FieldType.FLOAT),
    Aggregation("a", "avg_distinct", FieldType.FLOAT),
    Aggregation("a", "array_agg", FieldType.STRING),
    Aggregation("a", "array_agg_distinct", FieldType.STRING),
    Aggregation("a", "string_agg_distinct", FieldType.STRING),
    Aggregation("a", "max", FieldType.STRING, argument=3),
    Aggregation("a", "arg_min", INT, order=Column("y", INT)),
    Aggregation("a", "arg_max", FieldType.STRING, argument=3, order=Column("y", INT)),
    Aggregation("a", "mode", INT),
    Aggregation("a", "histogram", FieldType.STRING, Column("x", INT)),
    Aggregation("a", "histogram", FieldType.STRING, Column("x", INT), argument=(-100.0, 0.0, 100.5)),
    Aggregation("a", "quantile", FieldType.FLOAT, argument=0.9),
    Aggregation("a", "quantile", FieldType.FLOAT),
]
VALUES = st.lists(st.integers(-1000, 1000), max_size=30)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.function}-{kind.type}")
@given(VALUES, VALUES, VALUES)
def test_merging_is_folding_and_a_state_goes_on(
    kind: Aggregation, first: list[int], second: list[int], third: list[int]
) -> None:
    make = factory(kind)

    def given_as(values: list[int], since: int) -> list[object]:
        if kind.order is not None or is_ranked(kind):
            return [(value % 7, value) for value in values]
        return list(enumerate(values, since)) if is_timed(kind.function) else list(values)

    lists = [given_as(first, 0), given_as(second, 100), given_as(third, 200)]
    whole = folded(make, *lists).value()
    merged = folded(make, lists[0])
    merged.merge(folded(make, *lists[1:]))
    halfway = reborn(make, folded(make, *lists[:2]))
    halfway.fold(lists[2])
    assert merged.value() == pytest.approx(whole)
    assert halfway.value() == whole
