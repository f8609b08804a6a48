"""What a condition says about single fields: whether any record can make it true.

Only comparisons of a field, or of a call that gives numbers of a known domain, with a constant or a parameter are
understood, and AND, OR, NOT, IN, BETWEEN, IS NULL around them; all else is taken as possible, and so is what would take
too long to look at. Hence an answer «never» is sure, an answer «perhaps» says nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Any

import msgspec

from edge_orch.expr.domain import domain
from edge_orch.plan.expression import Call, Column, Context, Expression, Literal, Param

MOST_WAYS = 256

_NEGATED = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "eq": "ne", "ne": "eq"}
_REFLEXIVE = {"eq", "le", "ge"}
_MIRRORED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "eq", "ne": "ne"}

Constant = bool | int | float | str


class Atom(msgspec.Struct, frozen=True):
    """One demand: `column test constant`, the constant counted from a parameter if there is a `base`.

    Tests: lt, le, gt, ge, eq, ne; `null`: whether it is NULL; `is`: what a condition of another kind says.
    """

    column: Expression
    test: str
    constant: Constant = 0
    base: Param | None = None


Way = frozenset[Atom]


class TooMany(Exception):
    """More ways than are worth looking at: the answer is «perhaps»."""


def never_true(
    condition: Expression,
    *,
    unless: Iterable[Expression] = (),
    required: bool = True,
    bounds: Mapping[str, tuple[float | None, float | None]] = {},
) -> bool:
    """Whether for sure no record makes the condition true while none of `unless` is.

    `required`: a field that is never NULL is taken for it. `bounds`: between which numbers fields lie.
    """
    try:
        ways = _both([_ways(condition, True), *(_ways(other, False, or_null=True) for other in unless)])
        return not any(_possible(_bounded(way, bounds), required=required) for way in ways)
    except TooMany:
        return False


def _bounded(way: Way, bounds: Mapping[str, tuple[float | None, float | None]]) -> Way:
    """The demands, and those that hold anyway for the fields that are compared."""
    compared = {atom.column for atom in way if atom.test in _NEGATED and atom.base is None}
    within = [(column, bounds.get(_named(column)) or domain(column) or (None, None)) for column in compared]
    least = [Atom(column, "ge", low) for column, (low, _) in within if low is not None]
    most = [Atom(column, "le", high) for column, (_, high) in within if high is not None]
    return way.union(least, most)


def always_true(condition: Expression) -> bool:
    """Whether for sure every record in which its fields are not NULL makes the condition true."""
    try:
        return not any(_possible(way, required=False) for way in _ways(condition, False))
    except TooMany:
        return False


def values_of(condition: Expression, column: str) -> frozenset[Constant] | None:
    """The values that a field can have where the condition is true; None unless they are few and written out."""
    try:
        ways = [way for way in _ways(condition, True) if _possible(way)]
    except TooMany:
        return None
    equal = [
        {atom.constant for atom in way if _name(atom) == column and atom.test == "eq" and atom.base is None}
        for way in ways
    ]
    return frozenset().union(*equal) if all(equal) else None


def _name(atom: Atom) -> str:
    return _named(atom.column)


def _named(column: Expression) -> str:
    return column.name if isinstance(column, Column) else ""


def _ways(node: Expression, value: bool, *, or_null: bool = False) -> set[Way]:
    """The conjunctions of demands of which one must hold for `node` to be `value` (or NULL)."""
    if isinstance(node, Literal) and isinstance(node.value, bool):
        return {frozenset()} if node.value is value else set()
    if isinstance(node, Call) and node.function in _READERS:
        return _READERS[node.function](node, value, or_null)
    return _told(Atom(node, "is", value), or_null)


def _told(atom: Atom, or_null: bool) -> set[Way]:
    ways = {frozenset([atom])}
    return ways | {frozenset([Atom(atom.column, "null", True)])} if or_null else ways


def _joined(all_needed: bool) -> Callable[[Call, bool, bool], set[Way]]:
    def read(node: Call, value: bool, or_null: bool) -> set[Way]:
        parts = [_ways(arg, value, or_null=or_null) for arg in node.args]
        return _both(parts) if value is all_needed else _limited(set().union(*parts))

    return read


def _not(node: Call, value: bool, or_null: bool) -> set[Way]:
    return _ways(node.args[0], not value, or_null=or_null)


def _is_null(node: Call, value: bool, _or_null: bool) -> set[Way]:
    return {frozenset([Atom(node.args[0], "null", value)])}


def _comparison(node: Call, value: bool, or_null: bool) -> set[Way]:
    left, right = node.args
    test = node.function
    if left == right and not isinstance(left, Literal):
        ways: set[Way] = {frozenset([Atom(left, "null", False)])} if (test in _REFLEXIVE) is value else set()
        return ways | {frozenset([Atom(left, "null", True)])} if or_null else ways
    if not _is_subject(left):
        left, right, test = right, left, _MIRRORED[test]
    return _compared(test if value else _NEGATED[test], left, right, Atom(node, "is", value), or_null)


def _between(node: Call, value: bool, or_null: bool) -> set[Way]:
    column, low, high = node.args
    tests = [("ge", low), ("le", high)] if value else [("lt", low), ("gt", high)]
    whole = Atom(node, "is", value)
    found = [_compared(test, column, bound, whole, or_null) for test, bound in tests]
    return _both(found) if value else found[0] | found[1]


def _in(node: Call, value: bool, or_null: bool) -> set[Way]:
    column, *constants = node.args
    whole = Atom(node, "is", value)
    found = [_compared("eq" if value else "ne", column, constant, whole, or_null) for constant in constants]
    return _limited(set().union(*found)) if value else _both(found)


_READERS: dict[str, Callable[[Call, bool, bool], set[Way]]] = {
    "and": _joined(all_needed=True),
    "or": _joined(all_needed=False),
    "not": _not,
    "is_null": _is_null,
    "between": _between,
    "in": _in,
    **dict.fromkeys(_NEGATED, _comparison),
}


def _compared(test: str, left: Expression, right: Expression, whole: Atom, or_null: bool) -> set[Way]:
    """`left test right`; the `whole`, if they are no field and constant."""
    point = _point(right)
    if not _is_subject(left) or point is None:
        return _told(whole, or_null)
    return _told(Atom(left, test, point[1], point[0]), or_null)


def _is_subject(node: Expression) -> bool:
    """Whether demands are made on it: a field, or a call that gives numbers between known bounds."""
    return isinstance(node, Column | Context) or domain(node) is not None


def _point(node: Expression) -> tuple[Param | None, Constant] | None:
    """A constant, or a parameter and what is added to it."""
    if isinstance(node, Literal):
        return None if node.value is None else (None, node.value)
    if isinstance(node, Param):
        return node, 0
    if isinstance(node, Call) and node.function in {"add", "sub"}:
        base, shift = node.args
        if isinstance(base, Param) and isinstance(shift, Literal) and isinstance(shift.value, int | float):
            return base, shift.value if node.function == "add" else -shift.value
    return None


def _both(parts: list[set[Way]]) -> set[Way]:
    ways: set[Way] = {frozenset()}
    for part in parts:
        if len(ways) * len(part) > MOST_WAYS:
            raise TooMany
        ways = {one | other for one, other in product(ways, part)}
    return ways


def _limited(ways: set[Way]) -> set[Way]:
    if len(ways) > MOST_WAYS:
        raise TooMany
    return ways


def _possible(way: Way, *, required: bool = True) -> bool:
    """Whether all demands can hold at once. `required`: a field that is never NULL is not."""
    columns = {atom.column for atom in way}
    return all(_fits([atom for atom in way if atom.column == column], column, required) for column in columns)


def _fits(atoms: list[Atom], column: Expression, required: bool) -> bool:
    """Whether one field can meet all demands on it."""
    told = {test: {atom.constant for atom in atoms if atom.test == test} for test in ("is", "null")}
    compared = [atom for atom in atoms if atom.test in _NEGATED]
    if compared or told["is"]:
        told["null"].add(False)
    if required and not isinstance(column, Literal) and column.required and True in told["null"]:
        return False
    bases = {atom.base for atom in compared}
    return all(len(said) < 2 for said in told.values()) and all(
        _overlap([atom for atom in compared if atom.base == base]) for base in bases
    )


def _overlap(atoms: list[Atom]) -> bool:
    """Whether some value lies on the right side of all constants, which have one base."""
    equal = {atom.constant for atom in atoms if atom.test == "eq"}
    candidates: Iterable[Constant] = equal
    if not equal:
        lows = [atom.constant for atom in atoms if atom.test in {"gt", "ge"}]
        highs = [atom.constant for atom in atoms if atom.test in {"lt", "le"}]
        if not lows or not highs or _HOLDS["lt"](_greatest(lows), _least(highs)):
            return True
        candidates = [_greatest(lows)]
    return any(all(_HOLDS[atom.test](one, atom.constant) for atom in atoms) for one in candidates)


_greatest: Callable[[Any], Constant] = max
_least: Callable[[Any], Constant] = min
_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
}
