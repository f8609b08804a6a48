"""Which agents a job is for: a plan's target expression over an agent's labels, in SQL's three-valued logic.

An interpreter, not the engine's generated code: a target is looked at once per agent and rollout, and labels are all
it sees. It knows the functions that make sense on labels; `matcher` refuses the others, before a version is stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from edge_orch.errors import Invalid, Problem
from edge_orch.plan.expression import Call, Column, Context, Expression, Literal, Param

Scalar = bool | int | float | str | None
Labels = Mapping[str, str]
Evaluator = Callable[[Labels], Scalar]

LABEL_ROOT = "device.labels."


def matcher(target: Expression | None) -> Callable[[Labels], bool]:
    """A function that says whether labels match; no target matches every agent, NULL matches none.

    Raises `Invalid` when the expression uses something that labels cannot answer.
    """
    if target is None:
        return lambda _: True
    evaluate = _evaluator(target)
    return lambda labels: evaluate(labels) is True


def _evaluator(node: Expression) -> Evaluator:  # noqa: PLR0911 -- one case a kind of node
    match node:
        case Literal(value=value):
            return lambda _: value
        case Column(name=name):
            return lambda labels: labels.get(name)
        case Context(path=path) if path.startswith(LABEL_ROOT):
            label = path.removeprefix(LABEL_ROOT)
            return lambda labels: labels.get(label)
        case Call(function="and" | "or" as function):
            return _junction([_evaluator(arg) for arg in node.args], decides=function == "or")
        case Call(function=function) if function in _FUNCTIONS:
            return _strict(_FUNCTIONS[function], [_evaluator(arg) for arg in node.args])
        case Call(function="is_null"):
            inner = _evaluator(node.args[0])
            return lambda labels: inner(labels) is None
        case Call(function="in"):
            return _membership([_evaluator(arg) for arg in node.args])
    raise Invalid(
        Problem(
            "a target cannot use this",
            expected="labels, texts, AND OR NOT = <> < <= > >= IN LIKE BETWEEN IS NULL",
            found=_named(node),
        )
    )


def _named(node: Expression) -> str:
    if isinstance(node, Call):
        return node.function
    return f":{node.name}" if isinstance(node, Param) else str(getattr(node, "path", node))


def _junction(parts: list[Evaluator], *, decides: bool) -> Evaluator:
    """AND (decided by one False) or OR (decided by one True); undecided with a NULL among them is NULL."""

    def evaluate(labels: Labels) -> Scalar:
        values = [part(labels) for part in parts]
        if decides in values:
            return decides
        return None if None in values else not decides

    return evaluate


def _membership(parts: list[Evaluator]) -> Evaluator:
    """`x IN (…)`: True if found; NULL if x is NULL, or not found among values of which one is NULL."""

    def evaluate(labels: Labels) -> Scalar:
        value, *members = (part(labels) for part in parts)
        if value is None:
            return None
        if value in members:
            return True
        return None if None in members else False

    return evaluate


def _strict(function: Callable[..., Scalar], parts: list[Evaluator]) -> Evaluator:
    """NULL in, NULL out; so is a comparison of values that have no order."""

    def evaluate(labels: Labels) -> Scalar:
        values = [part(labels) for part in parts]
        if None in values:
            return None
        try:
            return function(*values)
        except TypeError:
            return None

    return evaluate


def _like(text: str, pattern: str) -> bool:
    translated = "".join({"%": ".*", "_": "."}.get(char, re.escape(char)) for char in pattern)
    return re.fullmatch(translated, text, re.DOTALL) is not None


_FUNCTIONS: dict[str, Callable[..., Scalar]] = {
    "not": lambda x: not x,
    "eq": lambda x, y: x == y,
    "ne": lambda x, y: x != y,
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
    "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y,
    "between": lambda x, low, high: low <= x <= high,
    "like": _like,
    "starts_with": lambda x, prefix: x.startswith(prefix),
    "ends_with": lambda x, suffix: x.endswith(suffix),
    "contains": lambda x, part: part in x,
    "lower": lambda x: x.lower(),
    "upper": lambda x: x.upper(),
}
