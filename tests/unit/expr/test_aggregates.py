from __future__ import annotations

import pytest

from edge_orch.errors import Invalid
from edge_orch.expr.aggregates import parse_aggregation
from edge_orch.plan.schema import Field
from edge_orch.plan.steps import Aggregation
from tests.unit.expr.scopes import SCOPE, shape, sql


def parsed(text: str) -> tuple[Aggregation, Field]:
    return parse_aggregation("x", sql(text), SCOPE)


@pytest.mark.parametrize(
    ("text", "function", "value", "type_"),
    [
        ("count(*)", "count", None, "int"),
        ("count(maybe_i)", "count", "maybe_i", "int"),
        ("COUNT(DISTINCT s)", "count_distinct", "s", "int?"),
        ("sum(DISTINCT i)", "sum_distinct", "i", "int?"),
        ("mean(DISTINCT f)", "avg_distinct", "f", "float?"),
        ("array_agg(DISTINCT maybe_f)", "array_agg_distinct", "maybe_f", "string?"),
        ("listagg(DISTINCT i, ',')", "string_agg_distinct", "cast_string(i)", "string?"),
        ("max(DISTINCT f)", "max", "f", "float"),
        ("bool_or(DISTINCT b)", "bool_or", "b", "bool"),
        ("sum(i)", "sum", "i", "int?"),
        ("sum(f + 1)", "sum", "add(f, 1.0)", "float?"),
        ("avg(i)", "avg", "i", "float?"),
        ("min(t)", "min", "t", "timestamp"),
        ("max(maybe_f)", "max", "maybe_f", "float?"),
        ("first(s)", "first", "s", "string"),
        ("last(b)", "last", "b", "bool"),
        ("stddev(f)", "stddev", "f", "float?"),
        ("quantile(f, 0.95)", "quantile", "f", "float?"),
        ("median(i)", "quantile", "i", "float?"),
        ("approx_quantile(f, 0.5)", "quantile", "f", "float?"),
        ("variance(f)", "variance", "f", "float?"),
        ("var_samp(f)", "variance", "f", "float?"),
        ("mean(f)", "avg", "f", "float?"),
        ("array_agg(maybe_f)", "array_agg", "maybe_f", "string?"),
        ("arg_max(s, f)", "arg_max", "s", "string"),
        ("max_by(s, maybe_f)", "arg_max", "s", "string?"),
        ("arg_min(f, t, 3)", "arg_min", "f", "string?"),
        ("max(f, 3)", "max", "f", "string?"),
        ("mode(i)", "mode", "i", "int?"),
        ("histogram(s)", "histogram", "s", "string?"),
        ("histogram(f, [-1, 2.5])", "histogram", "f", "string?"),
        ("string_agg(s, ', ')", "string_agg", "s", "string?"),
        ("listagg(i, '')", "string_agg", "cast_string(i)", "string?"),
        ("json_group_object(s, maybe_f)", "json_group_object", "maybe_f", "string?"),
        ("json_object_agg(i, s)", "json_group_object", "s", "string?"),
        ("bool_and(b)", "bool_and", "b", "bool"),
        ("every(f > 1)", "bool_and", "gt(f, 1.0)", "bool"),
        ("bool_or(maybe_f > 1)", "bool_or", "gt(maybe_f, 1.0)", "bool?"),
    ],
)
def test_an_aggregate_is_typed(text: str, function: str, value: str | None, type_: str) -> None:
    made, field = parsed(text)
    assert (made.function, made.value and shape(made.value)) == (function, value)
    assert f"{field.type}{'' if field.required else '?'}" == type_


def test_a_filter_belongs_to_the_aggregate() -> None:
    made, field = parsed("max(f) FILTER (WHERE i > 1)")
    assert made.where is not None
    assert shape(made.where) == "gt(i, 1)"
    assert not field.required
    assert parsed("count(*) FILTER (WHERE b)")[1].required


def test_what_is_several_values_leaves_as_json() -> None:
    several = ("max(f, 3)", "arg_max(s, f, 3)", "histogram(s)", "array_agg(f)", "json_group_object(s, f)",
               "array_agg(DISTINCT f)")  # fmt: skip
    assert [parsed(text)[1].json for text in several] == [True] * 6
    assert not any(parsed(text)[1].json for text in ("max(f)", "arg_max(s, f)", "string_agg(s, ',')", "mode(s)"))


def test_a_quantile_has_its_constant() -> None:
    assert parsed("quantile(f, 1)")[0].argument == 1.0
    assert parsed("median(f)")[0].argument == 0.5


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("i", "exactly one aggregate"), ("sum(i) + 1", "exactly one aggregate"), ("summ(i)", "did you mean `sum`"),
        ("bool_or(f)", "wrong type for the argument of bool_or"), ("median(f, 2)", "wrong number"),
        ("arg_max(s)", "wrong number"), ("arg_max(s, b)", "no order"), ("max(f, 0)", "not a number of values"),
        ("max(f, i)", "not a number of values"), ("arg_max(s, f, 1001)", "from 1 to 1000"),
        ("histogram(s, [1])", "wrong type for the argument of histogram"), ("histogram(f, 3)", "not the bounds"),
        ("histogram(f, [2, 1])", "ascending"), ("string_agg(s, s)", "must be written out"),
        (r"string_agg(s, '\n')", "in double quotes"), ("top(f)", "max(x, 3)"),
        ("sum(s)", "wrong type for the argument of sum"), ("max(b)", "no order"), ("quantile(f)", "wrong number"),
        ("quantile(f, 2)", "not a quantile"), ("quantile(f, i)", "not a quantile"), ("count()", "wrong number"),
        ("median(DISTINCT i)", "DISTINCT does not go with"),
        ("count(DISTINCT i, s)", "count(DISTINCT json_array(i, s))"), ("count(DISTINCT *)", "takes one value"),
        ("max(DISTINCT i, 3)", "list_slice(list_reverse(list_sort(xs)), 1, n)"), ("first(DISTINCT i)", "leave it out"),
        ("sum(DISTINCT s)", "wrong type for the argument of sum"), ("sum(DISTINCT i, f)", "wrong number"),
        ("sum(i, i)", "wrong number"), ("max(*)", "count(*)"),
        ("sum(sum(i))", "aggregate"),
        ("array_agg(i ORDER BY t)", "values stand in the order of their event time"),
        ("string_agg(s, ',' ORDER BY s DESC)", "leave the order out"),
        ("listagg(s, ',') WITHIN GROUP (ORDER BY t)", "leave the order out"),
        ("percentile_cont(0.5) WITHIN GROUP (ORDER BY f)", "quantile(x, 0.95)"),
        ("sum(i) OVER (PARTITION BY s)", "leave OVER out"), ("count()", "write count(*)"),
        ("last(f, t)", "write last(x), of the latest record"), ("first(f, t)", "arg_min(x, y)"),
        ("max(f) FILTER (WHERE i)", "wrong type for a condition"), ("max(oops)", "unknown field"),
        ("max(f) OVER ()", "exactly one aggregate"),
    ],
)  # fmt: skip
def test_what_is_no_aggregate_is_refused(text: str, what: str) -> None:
    with pytest.raises(Invalid) as error:
        parsed(text)
    assert what in str(error.value)
