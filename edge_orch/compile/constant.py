"""A constant written in a job, as a value of the type it is meant for."""

from __future__ import annotations

import json
from math import isfinite

from edge_orch.errors import Invalid, Problem
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import INT64, Constant, refuse_leading_zero
from edge_orch.spec.nodes import Scalar, described


def _mending(node: Scalar, type_: FieldType) -> str:
    if type_ is FieldType.BOOL:
        return "write true or false"
    if type_ is FieldType.STRING:
        return "put it in quotes"
    digits = node.text.replace("_", "").strip()
    try:
        number = float(digits)
    except ValueError:
        return ""
    if not isfinite(number):
        return "write a finite number"
    if type_ is FieldType.INT and (not number.is_integer() or abs(number) > INT64[1]):
        return "write type: float" if abs(number) <= INT64[1] else ""
    return f"write {int(number) if type_ is FieldType.INT else digits}{' without quotes' if not node.plain else ''}"


def json_default(constant: Constant) -> str:
    """The JSON of a default. Raises `Invalid` for what JSON cannot say."""
    try:
        return json.dumps(constant.value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        what = "a default that no JSON can say"
        raise Invalid(Problem(what, constant.where, "JSON", constant.node.text)) from None


def default_value(constant: Constant, type_: FieldType) -> bool | int | float | str:
    """The default of a parameter or field. Raises `Invalid` where it is of another type."""
    value = constant.value
    if type_ is not FieldType.STRING:
        refuse_leading_zero(constant.node)
    is_bool = isinstance(value, bool)
    if type_ is FieldType.BOOL and isinstance(value, bool):
        return value
    if type_ is FieldType.INT and isinstance(value, int) and not is_bool and INT64[0] <= value <= INT64[1]:
        return value
    if type_ is FieldType.FLOAT and isinstance(value, int | float) and not is_bool and abs(value) <= 1.7e308:
        return float(value)
    if type_ is FieldType.STRING and isinstance(value, str):
        return value
    found = described(constant.node)
    next_step = _mending(constant.node, type_)
    if isinstance(value, list | dict):
        found, next_step = f"the JSON {constant.node.text}", "write type: json"
    raise Invalid(Problem("the default is of another type", constant.where, type_.value, found, next_step))
