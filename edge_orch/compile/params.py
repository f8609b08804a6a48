"""Compiling `params`."""

from __future__ import annotations

from edge_orch.compile.constant import default_value
from edge_orch.errors import Invalid, Problem
from edge_orch.plan.plan import ParamSpec
from edge_orch.plan.schema import FieldType
from edge_orch.spec.job import Param
from edge_orch.spec.leaves import Name, value_of


def compile_param(name: Name, spec: Param) -> ParamSpec:
    """The parameter, its default of its type and within its bounds. Raises `Invalid`."""
    type_ = FieldType(spec.type.value)
    default = default_value(spec.default, type_)
    if isinstance(default, str) and "${" in default:
        next_step = "write ${…} where a source, sink or mask takes it; in expressions a label is device.labels.NAME"
        raise Invalid(Problem("a parameter is no reference", spec.default.where, "a plain text", "", next_step))
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
