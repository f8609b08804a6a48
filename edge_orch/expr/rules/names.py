"""Names and constants."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from sqlglot import exp

from edge_orch.errors import Invalid, Problem
from edge_orch.expr.rules.refused import refusal
from edge_orch.expr.rules.rule import Rule
from edge_orch.expr.scope import WHOLE
from edge_orch.expr.syntax import place_of
from edge_orch.plan.expression import Expression, Literal
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import INT64

if TYPE_CHECKING:
    from edge_orch.expr.checker import Checker


RECORD_TIME = "use the record's own time, or source.received_at: the same input must give the same output"
NO_CLOCK = {
    "now", "current_timestamp", "current_date", "current_time", "today", "getdate", "sysdate", "tstamp", "proctime",
    "random", "rand", "random_int", "uuid", "uuid_v4", "uuid_v7", "newuuid", "newid", "ksuid", "nanoid", "counter",
}  # fmt: skip


_RECORD = "the record as it came is a field declared {type: json, path: $}; it leaves by an output's merge_into"


_ALIKE = str.maketrans("аеорсухіјкмнвтАЕОРСУХІЈКМНВТ", "aeopcyxijkmhbtAEOPCYXIJKMHBT")
"""Letters of the Cyrillic alphabet → those of the Latin one that look like them."""


def _column(checker: Checker, node: exp.Column) -> Expression:
    if isinstance(node.this, exp.Star):
        raise checker.problem(node, *refusal(node.this))
    parts = tuple(part.name for part in node.parts)
    try:
        return _placed(checker, node, lambda: checker.scope.name(parts))
    except Invalid as error:
        raise Invalid(*(_mended(problem, node, checker) for problem in error.problems)) from None


def _mended(problem: Problem, node: exp.Column, checker: Checker) -> Problem:
    """With the next step for a text without single quotes, and for a parameter as other languages write it."""
    name = node.name
    if name.startswith("$") and name[1:] in checker.scope.params:
        return msgspec.structs.replace(problem, next_step=f"write :{name[1:]} for the parameter")
    if name.lower() in NO_CLOCK and len(node.parts) == 1:
        return msgspec.structs.replace(problem, next_step=RECORD_TIME)
    if name in WHOLE and len(node.parts) == 1 and not problem.next_step:
        return msgspec.structs.replace(problem, next_step=_RECORD)
    if unusual := _unusual(name, checker):
        return msgspec.structs.replace(problem, next_step=unusual)
    if len(node.parts) == 1 and not problem.next_step:
        return msgspec.structs.replace(problem, next_step=_text(name, checker.sql.value))
    return problem


def _unusual(name: str, checker: Checker) -> str:
    """The next step for a name with letters of another alphabet, or signs that are no letters."""
    alike = name.translate(_ALIKE)
    if alike != name and alike in checker.scope.fields:
        return f"write {alike}, as keyboards have it: letters of another alphabet look like these"
    strange = re.search(r"[^\w\s\x20-\x7e]", name)
    return _in_place_of(strange[0], name) if strange else ""


def _in_place_of(character: str, name: str) -> str:
    """The next step for a character that looks like another, or like nothing, on a screen."""
    if character in "‘’“”„":
        return f"text stands in single, straight quotes: '{name.strip('‘’“”„')}'"
    if character in "−–—":
        return "write -, as keyboards have it"
    return f"remove the character U+{ord(character):04X}, which cannot be seen"


def _text(name: str, whole: str) -> str:
    """Where the text is the whole value, YAML takes one pair of quotes for itself."""
    joined = re.search(rf"(?<![\w.'-]){re.escape(name)}(-\w+)+(?![\w('])", whole)
    text = joined[0] if joined else name  # press-1 is a text, not a difference
    return f"a text is written \"'{text}'\"" if whole.strip() == text else f"text stands in single quotes: '{text}'"


def _placeholder(checker: Checker, node: exp.Placeholder) -> Expression:
    return _placed(checker, node, lambda: checker.scope.param(node.name))


def _placed(checker: Checker, node: exp.Expression, look_up: Callable[[], Expression]) -> Expression:
    """What `look_up` finds; its problems do not know where they are, so they get the node's place."""
    try:
        return look_up()
    except Invalid as error:
        where = place_of(checker.sql, node)
        raise Invalid(*(msgspec.structs.replace(problem, where=where) for problem in error.problems)) from None


def _literal(checker: Checker, node: exp.Literal) -> Expression:
    return Literal(node.this, FieldType.STRING) if node.is_string else number(checker, node, node.this)


def number(checker: Checker, node: exp.Expression, text: str) -> Literal:
    """The literal of a number as written, with its sign."""
    if re.fullmatch(r"-?[0-9]+", text):
        if len(text) > 20 or not INT64[0] <= int(text) <= INT64[1]:
            raise checker.problem(node, "an integer out of 64 bits", f"{INT64[0]} to {INT64[1]}", text[:60])
        return Literal(int(text), FieldType.INT)
    try:
        value = float(text)
    except ValueError:
        raise checker.problem(node, "not a number", "", text[:60]) from None
    if abs(value) == float("inf"):
        raise checker.problem(node, "a number out of range", "at most 1.7e308", text[:60])
    return Literal(value, FieldType.FLOAT)


def _boolean(_checker: Checker, node: exp.Boolean) -> Expression:
    return Literal(bool(node.this), FieldType.BOOL)


def _null(_checker: Checker, _node: exp.Null) -> Expression:
    return Literal(None, FieldType.STRING)


def _paren(checker: Checker, node: exp.Paren) -> Expression:
    return checker.check(node.this)


RULES: dict[str, Rule] = {
    "Column": _column,
    "Placeholder": _placeholder,
    "Literal": _literal,
    "Boolean": _boolean,
    "Null": _null,
    "Paren": _paren,
}
