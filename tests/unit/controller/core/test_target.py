"""Targets: SQL's three-valued logic over labels."""

from __future__ import annotations

import itertools

import pytest
from edge_orch_controller.core.target import matcher
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.errors import Invalid
from edge_orch.plan.expression import Call, Column, Expression, Literal, Param
from edge_orch.plan.schema import FieldType
from tests.unit.controller.plans import label_is

BOOL = FieldType.BOOL
LABELS = {"site": "austin", "role": "press", "line": "7"}


def test_no_target_is_every_agent() -> None:
    assert matcher(None)({})
    assert matcher(None)(LABELS)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (label_is("site", "austin"), True),
        (label_is("site", "ulm"), False),
        (label_is("floor", "1"), False),
        (Call("not", (label_is("floor", "1"),), BOOL), False),
        (Call("is_null", (Column("floor", FieldType.STRING),), BOOL), True),
        (Call("and", (label_is("site", "austin"), label_is("role", "press")), BOOL), True),
        (Call("and", (label_is("site", "austin"), label_is("floor", "1")), BOOL), False),
        (Call("or", (label_is("floor", "1"), label_is("role", "press")), BOOL), True),
    ],
)
def test_a_missing_label_is_null_and_null_matches_nobody(expression: Expression, expected: bool) -> None:
    assert matcher(expression)(LABELS) is expected


def text(value: str | None) -> Literal:
    return Literal(value, FieldType.STRING)


SITE = Column("site", FieldType.STRING)


@pytest.mark.parametrize(
    ("function", "args", "expected"),
    [
        ("in", (text("ulm"), text("austin")), True),
        ("in", (text("ulm"), text(None)), False),
        ("like", (text("au%n"),), True),
        ("like", (text("a_stin"),), True),
        ("like", (text("a.stin"),), False),
        ("like", (text("austi"),), False),
        ("between", (text("a"), text("b")), True),
        ("ne", (text("ulm"),), True),
        ("lt", (text("b"),), True),
        ("starts_with", (text("aus"),), True),
        ("ends_with", (text("tin"),), True),
        ("contains", (text("xx"),), False),
    ],
)
def test_functions_on_labels(function: str, args: tuple[Expression, ...], expected: bool) -> None:
    assert matcher(Call(function, (SITE, *args), BOOL))(LABELS) is expected


@pytest.mark.parametrize(
    "unsuitable",
    [Param("hot_c", FieldType.FLOAT), Call("sqrt", (SITE,), FieldType.FLOAT)],
    ids=["a parameter", "a function of numbers"],
)
def test_what_labels_cannot_answer_is_refused(unsuitable: Expression) -> None:
    with pytest.raises(Invalid, match="a target cannot use this"):
        matcher(Call("not", (unsuitable,), BOOL))


KLEENE = (True, False, None)


@pytest.mark.parametrize(("x", "y"), [*itertools.product(KLEENE, KLEENE)])
def test_and_and_or_follow_kleene(x: bool | None, y: bool | None) -> None:
    arguments = (Literal(x, BOOL), Literal(y, BOOL))
    both = False if False in (x, y) else None if None in (x, y) else True
    either = True if True in (x, y) else None if None in (x, y) else False
    assert matcher(Call("and", arguments, BOOL))({}) is (both is True)
    assert matcher(Call("is_null", (Call("and", arguments, BOOL),), BOOL))({}) is (both is None)
    assert matcher(Call("or", arguments, BOOL))({}) is (either is True)
    assert matcher(Call("is_null", (Call("or", arguments, BOOL),), BOOL))({}) is (either is None)


@given(st.text("ab%_", max_size=6), st.text("ab", max_size=6))
def test_like_agrees_with_its_definition(pattern: str, value: str) -> None:
    def like(p: str, v: str) -> bool:
        if not p:
            return not v
        if p[0] == "%":
            return like(p[1:], v) or (bool(v) and like(p, v[1:]))
        return bool(v) and p[0] in ("_", v[0]) and like(p[1:], v[1:])

    assert matcher(Call("like", (text(value), text(pattern)), BOOL))({}) is like(pattern, value)
