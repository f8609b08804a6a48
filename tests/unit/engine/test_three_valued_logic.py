"""SQL's logic: what is not known is neither true nor false."""

from __future__ import annotations

import itertools

import pytest

from tests.unit.engine.evaluating import IN, VALUES, A, B, J, X, Y, evaluate, passes
from tests.unit.engine.plans import (
    BOOL,
    INT,
    call,
    lit,
)


def kleene_and(a: bool | None, b: bool | None) -> bool | None:
    return False if a is False or b is False else None if a is None or b is None else True


def kleene_or(a: bool | None, b: bool | None) -> bool | None:
    return True if a is True or b is True else None if a is None or b is None else False


@pytest.mark.parametrize(("a", "b"), list(itertools.product(VALUES, VALUES)))
def test_and_or_follow_three_valued_logic_as_values_and_as_conditions(a: bool | None, b: bool | None) -> None:
    for name, expected in (("and", kleene_and(a, b)), ("or", kleene_or(a, b))):
        node = call(name, A, B)
        assert evaluate(node, BOOL, a=a, b=b) is expected
        assert passes(node, a=a, b=b) is (expected is True)
        assert passes(call("not", node), a=a, b=b) is (expected is False)


@pytest.mark.parametrize("a", VALUES)
def test_not_of_null_is_null(a: bool | None) -> None:
    assert evaluate(call("not", A), BOOL, a=a) is (None if a is None else not a)
    assert passes(call("not", A), a=a) is (a is False)


@pytest.mark.parametrize("name", ["eq", "ne", "lt", "le", "gt", "ge"])
@pytest.mark.parametrize(("x", "y"), list(itertools.product((1.0, 2.0, None), repeat=2)))
def test_comparisons_with_null_are_null(name: str, x: float | None, y: float | None) -> None:
    python = {"eq": "__eq__", "ne": "__ne__", "lt": "__lt__", "le": "__le__", "gt": "__gt__", "ge": "__ge__"}[name]
    expected = None if x is None or y is None else getattr(x, python)(y)
    node = call(name, X, Y)
    assert evaluate(node, BOOL, x=x, y=y) is expected
    assert passes(node, x=x, y=y) is (expected is True)
    assert passes(call("not", node), x=x, y=y) is (expected is False)


@pytest.mark.parametrize(
    ("x", "members", "expected"),
    [
        (1, (1, 2), True),
        (3, (1, 2), False),
        (None, (1, 2), None),
        (1, (1, None), True),
        (3, (1, None), None),
        (3, (None,), None),
    ],
)
def test_in_with_nulls(x: int | None, members: tuple[int | None, ...], expected: bool | None) -> None:
    node = call("in", IN, *(lit(member, INT) for member in members))
    assert evaluate(node, BOOL, i=x) is expected
    assert passes(call("not", node), i=x) is (expected is False)


@pytest.mark.parametrize(
    ("x", "low", "high", "expected"),
    [(1, 0, 2, True), (3, 0, 2, False), (None, 0, 2, None), (3, None, 2, False), (1, None, 2, None)],
)
def test_between_is_two_comparisons(x: int | None, low: int | None, high: int, expected: bool | None) -> None:
    assert evaluate(call("between", IN, J, lit(high, INT)), BOOL, i=x, j=low) is expected
