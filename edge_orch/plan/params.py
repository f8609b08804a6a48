"""Values for a job's parameters: of the right type, within the bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edge_orch.errors import Invalid, Problem
from edge_orch.plan.plan import ParamSpec
from edge_orch.plan.schema import FieldType

Value = bool | int | float | str

_ACCEPTED: dict[FieldType, tuple[type, ...]] = {
    FieldType.BOOL: (bool,),
    FieldType.INT: (int,),
    FieldType.FLOAT: (int, float),
    FieldType.STRING: (str,),
}


def checked_value(spec: ParamSpec, value: Value) -> Value:
    """The value as the parameter's type holds it. Raises `Invalid` when it is of another type or out of bounds."""
    accepted = _ACCEPTED[spec.type]
    if not isinstance(value, accepted) or (isinstance(value, bool) and bool not in accepted):
        raise Invalid(Problem(f"wrong type for the parameter {spec.name}", None, spec.type.value, repr(value)))
    if isinstance(value, int | float) and not _within(value, spec.min, spec.max):
        bounds = f"{'…' if spec.min is None else spec.min} to {'…' if spec.max is None else spec.max}"
        raise Invalid(Problem(f"the parameter {spec.name} is out of bounds", None, bounds, repr(value)))
    return float(value) if spec.type is FieldType.FLOAT else value


def _within(value: float, low: float | None, high: float | None) -> bool:
    # Written so that NaN is outside of any bound.
    return (low is None or value >= low) and (high is None or value <= high)


def bind(specs: Sequence[ParamSpec], given: Mapping[str, Value]) -> dict[str, Value]:
    """A value for every parameter: the given one, else the default. Raises `Invalid` with all problems."""
    known = {spec.name: spec for spec in specs}
    problems = [
        Problem(f"the job has no parameter {name}", None, ", ".join(known) or "none") for name in given.keys() - known
    ]
    values = {}
    for name, spec in known.items():
        try:
            values[name] = checked_value(spec, given[name]) if name in given else spec.default
        except Invalid as error:
            problems.extend(error.problems)
    if problems:
        raise Invalid(*sorted(problems, key=str))
    return values
