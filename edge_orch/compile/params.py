"""Compiling `params`."""

from __future__ import annotations

from edge_orch.errors import Invalid, Problem
from edge_orch.plan.plan import ParamSpec
from edge_orch.plan.schema import FieldType
from edge_orch.spec.job import Param
from edge_orch.spec.leaves import INT64, Name, value_of
from edge_orch.spec.nodes import described


def compile_param(name: Name, spec: Param) -> ParamSpec:
    """The parameter, its default of its type and within its bounds. Raises `Invalid`."""
    type_ = FieldType(spec.type.value)
    default = _default(spec, type_)
    low, high = value_of(spec.min), value_of(spec.max)
    for key, bound in (("min", spec.min), ("max", spec.max)):
        if bound and type_ not in {FieldType.INT, FieldType.FLOAT}:
            raise Invalid(Problem(f"`{key}` is not for {type_}", bound.where, "type: float or int"))
    if spec.min and spec.max and spec.min.value > spec.max.value:
        raise Invalid(Problem("min is greater than max", spec.min.where, "", f"{low} > {high}"))
    if isinstance(default, int | float) and not (low if low is not None else default) <= default <= (
        high if high is not None else default
    ):
        bounds = " and ".join(
            f"{word} {bound.node.text}" for word, bound in (("min", spec.min), ("max", spec.max)) if bound
        )
        raise Invalid(Problem("the default is out of bounds", spec.default.where, bounds, spec.default.node.text))
    return ParamSpec(name.value, type_, default, low, high, value_of(spec.override))


def _default(spec: Param, type_: FieldType) -> bool | int | float | str:
    value = spec.default.value
    is_bool = isinstance(value, bool)
    if type_ is FieldType.BOOL and isinstance(value, bool):
        return value
    if type_ is FieldType.INT and isinstance(value, int) and not is_bool and INT64[0] <= value <= INT64[1]:
        return value
    if type_ is FieldType.FLOAT and isinstance(value, int | float) and not is_bool and abs(value) <= 1.7e308:
        return float(value)
    if type_ is FieldType.STRING and isinstance(value, str):
        return value
    raise Invalid(
        Problem("the default is of another type", spec.default.where, type_.value, described(spec.default.node))
    )
