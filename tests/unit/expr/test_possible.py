"""Conditions that no record, or every record, meets: what is said of them is held against a small world."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.expr.possible import always_true, never_true, values_of
from edge_orch.plan.expression import Call, Column, Expression, Literal, Param
from tests.unit.expr.scopes import typed

NEVER = [
    "maybe_f > 5 AND maybe_f < 3",
    "maybe_f <> maybe_f",
    "maybe_f + 1 < maybe_f + 1",
    "maybe_f > 5 AND maybe_f <= 5",
    "maybe_s = 'a' AND maybe_s = 'b'",
    "maybe_s IN ('a', 'b') AND maybe_s NOT IN ('a', 'b')",
    "maybe_f BETWEEN 1 AND 2 AND NOT maybe_f < 3",
    "5 < maybe_f AND 3 > maybe_f",
    "maybe_f = 5 AND maybe_f <> 5",
    "maybe_f IS NULL AND maybe_f > 1",
    "maybe_b AND NOT maybe_b",
    "starts_with(maybe_s, 'a') AND NOT starts_with(maybe_s, 'a')",
    "maybe_f > :limit AND maybe_f < :limit - 5",
    "maybe_t > '2026-01-02' AND maybe_t < '2026-01-01'",
    "(maybe_f > 5 OR maybe_s = 'a') AND maybe_f < 3 AND maybe_s = 'b'",
    "f IS NULL",
]
PERHAPS = [
    "maybe_f > 3 AND maybe_f < 5",
    "maybe_f >= 5 AND maybe_f <= 5",
    "maybe_f > 5 OR maybe_f < 3",
    "maybe_f > :limit AND maybe_f < 3",
    "maybe_f > :limit AND maybe_f < :count",
    "maybe_f > 5 AND f < 3",
    "maybe_f IS NULL",
    "maybe_f + 1 > 5 AND maybe_f < 3",
    "maybe_f > f AND f > maybe_f",  # never, but only who compares two fields can know it
]
ALWAYS = ["maybe_s <> 'a' OR maybe_s <> 'b'", "f > 5 OR f <= 5", "NOT (maybe_f > 5 AND maybe_f < 3)", "b OR NOT b"]
SOMETIMES = ["maybe_s <> 'a'", "f > 5 OR f < 5", "f IS NOT NULL", "maybe_f > 5 OR maybe_f IS NULL"]


@pytest.mark.parametrize("text", NEVER)
def test_a_contradiction_is_never_true(text: str) -> None:
    assert never_true(typed(text))


@pytest.mark.parametrize("text", [*PERHAPS, *ALWAYS, *SOMETIMES])
def test_what_can_be_is_let_through(text: str) -> None:
    assert not never_true(typed(text))


@pytest.mark.parametrize("text", ALWAYS)
def test_what_excludes_nothing_is_always_true(text: str) -> None:
    assert always_true(typed(text))


@pytest.mark.parametrize("text", [*NEVER, *PERHAPS, *SOMETIMES])
def test_what_excludes_something_is_let_through(text: str) -> None:
    assert not always_true(typed(text))


def test_what_a_condition_above_takes_is_gone_unless_that_is_null() -> None:
    assert never_true(typed("maybe_f > 90"), unless=[typed("maybe_f > 80")])
    assert not never_true(typed("maybe_f > 90"), unless=[typed("maybe_f > 80 AND maybe_s = 'a'")])
    assert not never_true(typed("f > 90"), unless=[typed("maybe_f > 80 OR maybe_f <= 80")])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("maybe_s IN ('a', 'b') AND f > 5", {"a", "b"}),
        ("maybe_s = 'a' OR maybe_s = 'b' AND f > 5", {"a", "b"}),
        ("maybe_s = 'a' AND maybe_s IN ('a', 'b')", {"a"}),
        ("maybe_s = 'a' OR f > 5", None),
        ("maybe_s = :site", None),
        ("f > 5", None),
    ],
)
def test_the_values_that_a_condition_lets_a_field_have(text: str, values: set[str] | None) -> None:
    assert values_of(typed(text), "maybe_s") == values


def test_what_would_take_too_long_is_let_through() -> None:
    assert not never_true(typed(" AND ".join(f"(f = {n} OR i = {n})" for n in range(20))))


_COMPARISONS = st.builds(
    lambda name, test, constant: f"{name} {test} {constant}",
    st.sampled_from(["f", "maybe_f"]),
    st.sampled_from(["<", "<=", ">", ">=", "=", "<>"]),
    st.sampled_from(["1", "2", ":limit", ":limit - 1"]),
)
_OTHERS = st.sampled_from(
    ["maybe_f IS NULL", "maybe_f IN (1, 2)", "f BETWEEN 1 AND 2", "maybe_b", "maybe_f + 1 > f", "f IS NOT NULL"]
)
_CONDITIONS = st.recursive(
    _COMPARISONS | _OTHERS,
    lambda inner: st.one_of(
        st.builds(lambda a: f"NOT ({a})", inner),
        st.builds(lambda a, word, b: f"({a}) {word} ({b})", inner, st.sampled_from(["AND", "OR"]), inner),
    ),
    max_leaves=5,
)
_NUMBERS = (0.5, 1.0, 1.5, 2.0, 2.5)
_WORLD = [
    {"f": f, "maybe_f": maybe_f, "maybe_b": maybe_b, "limit": limit}
    for f, maybe_f, maybe_b, limit in product(_NUMBERS, (None, *_NUMBERS), (None, True, False), (1.0, 2.5))
]


@given(_CONDITIONS, _CONDITIONS)
def test_no_record_of_a_small_world_says_otherwise(text: str, other: str) -> None:
    condition, above = typed(text), typed(other)
    results = [(_value(condition, record), _value(above, record)) for record in _WORLD]
    if never_true(condition):
        assert not any(own for own, _ in results)
    if never_true(condition, unless=[above]):
        assert not any(own and not taken for own, taken in results)
    if always_true(condition):
        assert all(own is not False for own, _ in results)


def _value(node: Expression, record: dict[str, float | bool | None]) -> float | bool | None:
    """What the node is for the record, by SQL's three-valued logic."""
    if isinstance(node, Literal):
        assert not isinstance(node.value, str)
        return node.value
    if isinstance(node, Column | Param):
        return record[node.name]
    assert isinstance(node, Call)
    args = [_value(arg, record) for arg in node.args]
    if node.function == "is_null":
        return args[0] is None
    if node.function in {"and", "or"}:
        decisive = node.function == "or"
        return decisive if decisive in args else None if None in args else not decisive
    return None if None in args else _COMPUTED[node.function](*args)


_COMPUTED: dict[str, Callable[..., float | bool]] = {
    "not": lambda a: not a,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "in": lambda a, *rest: a in rest,
    "between": lambda a, low, high: low <= a <= high,
}


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("maybe_f > 200", True),
        ("maybe_f >= 200", False),
        ("maybe_f < -40", True),
        ("maybe_f BETWEEN 300 AND 400", True),
        ("maybe_f = 201 OR maybe_f IN (-41)", True),
        ("maybe_f > 200 OR maybe_s = 'a'", False),
        ("NOT maybe_f <= 200", True),
        ("maybe_f > :limit", False),
        ("maybe_f IS NULL", False),
    ],
)
def test_a_field_keeps_its_bounds(text: str, never: bool) -> None:
    assert never_true(typed(text), bounds={"maybe_f": (-40.0, 200.0)}) is never


@pytest.mark.parametrize(
    ("condition", "possible"),
    [
        ("extract(hour FROM t) >= 24", False),
        ("extract(hour FROM t) >= 23", True),
        ("extract(dow FROM t) = 7", False),
        ("extract(isodow FROM t) = 7", True),
        ("extract(month FROM t) IN (0, 13)", False),
        ("length(s) < 0", False),
        ("length(s) = 0", True),
        ("mod(i, 4) = 4", False),
        ("mod(i, 4) = -3", True),
        ("abs(i) = -1 OR b", True),
        ("sign(f) BETWEEN 2 AND 3", False),
    ],
)
def test_what_a_call_gives_bounds_it(condition: str, possible: bool) -> None:
    assert never_true(typed(condition)) is not possible
