from __future__ import annotations

import math

import pytest

from edge_orch.errors import Invalid
from edge_orch.plan.params import Value, bind, checked_value
from edge_orch.plan.plan import ParamSpec
from edge_orch.plan.schema import FieldType

HOT = ParamSpec("hot_c", FieldType.FLOAT, 85.0, min=0, max=200)
QUORUM = ParamSpec("quorum", FieldType.INT, 4, min=1)
SITE = ParamSpec("site", FieldType.STRING, "austin")
DRY = ParamSpec("dry", FieldType.BOOL, False)


@pytest.mark.parametrize(("spec", "value"), [(HOT, 90.5), (QUORUM, 1), (SITE, ""), (DRY, True)])
def test_a_value_of_the_type_and_within_the_bounds_is_taken(spec: ParamSpec, value: Value) -> None:
    assert checked_value(spec, value) == value


def test_an_integer_is_taken_for_a_float_as_a_float() -> None:
    assert isinstance(checked_value(HOT, 90), float)


@pytest.mark.parametrize(("spec", "value"), [(HOT, "90"), (HOT, True), (QUORUM, 4.0), (SITE, 1), (DRY, 1)])
def test_a_value_of_another_type_is_refused(spec: ParamSpec, value: Value) -> None:
    with pytest.raises(Invalid, match=f"wrong type for the parameter {spec.name}\n  expected: {spec.type}"):
        checked_value(spec, value)


@pytest.mark.parametrize(("spec", "value"), [(HOT, -0.1), (HOT, 200.5), (HOT, math.nan), (QUORUM, 0)])
def test_a_value_out_of_bounds_is_refused(spec: ParamSpec, value: Value) -> None:
    with pytest.raises(Invalid, match=f"the parameter {spec.name} is out of bounds"):
        checked_value(spec, value)


def test_what_is_not_given_has_its_default() -> None:
    assert bind([HOT, QUORUM], {"hot_c": 90}) == {"hot_c": 90.0, "quorum": 4}


def test_every_problem_is_told() -> None:
    with pytest.raises(Invalid) as caught:
        bind([HOT, QUORUM], {"hot_c": 300, "quorum": "many", "warm": 1})
    assert [problem.what for problem in caught.value.problems] == [
        "the job has no parameter warm",
        "the parameter hot_c is out of bounds",
        "wrong type for the parameter quorum",
    ]
