"""What SQL allows and nobody means: always NULL, never true, always empty.

A number in brackets of its own, as `(0)`, is let through: so whoever means it can say so.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from edge_orch.plan.expression import Expression, Literal, is_json
from edge_orch.plan.partial_forms import missing
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import INT64
from edge_orch.spec.stamp_forms import form_mistake

if TYPE_CHECKING:
    from edge_orch.expr.checker import Checker

_FOLDED: dict[type[exp.Expression], Callable[[float, float], float]] = {
    exp.Add: operator.add,
    exp.Sub: operator.sub,
    exp.Mul: operator.mul,
}


def refuse_division_by_zero(checker: Checker, divisor: exp.Expression) -> None:
    """Raise `Invalid` where the divisor is written as 0."""
    if written(divisor) == 0:
        raise checker.problem(divisor, "a division by 0 is NULL for every record", next_step="divide by something else")


def refuse_empty_range(checker: Checker, low: exp.Expression, high: exp.Expression) -> None:
    """Raise `Invalid` where BETWEEN has its bounds the wrong way round."""
    least, most = written(low), written(high)
    if least is not None and most is not None and least > most:
        found = f"{least:g} > {most:g}"
        raise checker.problem(low, "nothing lies between these", "the lesser first", found, "exchange them")


def refuse_null_in_list(checker: Checker, values: Sequence[exp.Expression]) -> None:
    """Raise `Invalid` for a NULL after IN: it equals nothing, and makes NOT IN pass nothing."""
    for value in values:
        if isinstance(value, exp.Null):
            raise checker.problem(value, "NULL in a list equals nothing", next_step="leave it out; use OR x IS NULL")


def refuse_vain_call(checker: Checker, name: str, nodes: Sequence[exp.Expression]) -> None:
    """Raise `Invalid` for an argument that is written out and gives nothing."""
    if name in {"split_part", "substr"}:
        place = 2 if name == "split_part" else 1
        count = written(nodes[place])
        if count == 0 or (count is not None and count < 1 and name == "split_part"):
            what = f"{'parts' if name == 'split_part' else 'characters'} are counted from 1"
            raise checker.problem(nodes[place], what, "1 for the first", nodes[place].sql())
    if name == "strptime" and missing(nodes[1].name) == "year":
        next_step = (
            "read it by a parse step, with this format: the year is that in which it lies near the record's time"
        )
        what = "a form that names no year: all timestamps would lie in 1900"
        raise checker.problem(nodes[1], what, "%Y among others", repr(nodes[1].name), next_step)
    if name == "strptime" and (mistake := form_mistake(nodes[1].name)):
        raise checker.problem(nodes[1], mistake.what, next_step=mistake.next_step, into=mistake.at)
    if name == "clamp":
        refuse_empty_range(checker, *nodes[1:])
    if name in {"regexp_extract", "regexp_extract_all"} and len(nodes) > 2:
        group = written(nodes[2])
        groups = re.compile(nodes[1].name).groups
        if group is not None and not 0 <= group <= groups:
            found = f"{groups} group{'s' if groups != 1 else ''} in ( )"
            next_step = "0 is the whole match; put what is wanted in ( )"
            raise checker.problem(nodes[2], f"there is no group {group:g}", "", found, next_step)


def refuse_glob(checker: Checker, pattern: exp.Expression) -> None:
    """Raise `Invalid` where LIKE has the wildcards of a shell and none of its own."""
    wild = re.search(r"[*?]", pattern.name) if isinstance(pattern, exp.Literal) else None
    if wild and not re.search("[%_]", pattern.name):
        meant = pattern.name.replace("*", "%").replace("?", "_")
        next_step = f"write '{meant}'; for the character itself, ="
        what = f"{wild[0]} is a character like others for LIKE"
        raise checker.problem(pattern, what, "% for any text, _ for one character", "", next_step, into=wild.start())


def refuse_overflow(checker: Checker, node: exp.Expression, function: str) -> None:
    """Raise `Invalid` where two integers that are written out come to more than 64 bits."""
    left, right = node.this, node.expression
    if not all(isinstance(part, exp.Literal) and part.name.isdecimal() for part in (left, right)):
        return
    a, b = int(left.name), int(right.name)
    result = {"add": a + b, "sub": a - b, "mul": a * b}.get(function, 0)
    if not INT64[0] <= result <= INT64[1]:
        what = "a result out of 64 bits: no record would get through"
        raise checker.problem(node, what, f"{INT64[0]} to {INT64[1]}", str(result))


def refuse_vain_cast(checker: Checker, node: exp.Expression, to: FieldType) -> None:
    """Raise `Invalid` where a text that is written out is no number."""
    text = node.name.strip() if isinstance(node, exp.Literal) and node.is_string else None
    if text is None or to not in {FieldType.INT, FieldType.FLOAT}:
        return
    number = re.fullmatch(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?", text)
    if not number or (to is FieldType.INT and abs(float(text)) > INT64[1]):
        raise checker.problem(node, f"not the text of a{'n int' if to is FieldType.INT else ' float'}", "", repr(text))


def refuse_other_case(checker: Checker, side: exp.Expression, others: Sequence[exp.Expression]) -> None:
    """Raise `Invalid` where `lower(x)` meets a text with capitals, or `upper(x)` one with small letters."""
    name = str(side.this).lower() if isinstance(side, exp.Anonymous) else ""
    for other in others:
        if name in {"lower", "upper"} and isinstance(other, exp.Literal) and other.is_string:
            text = str(other.this)
            meant = text.lower() if name == "lower" else text.upper()
            if text != meant and text.lower() != text.upper():
                what = f"{name}(…) is never {text!r}"
                letters = "small" if name == "lower" else "capital"
                raise checker.problem(other, what, f"{letters} letters", repr(text), f"write '{meant}'")


def refuse_out_of_type(checker: Checker, nodes: Sequence[exp.Expression], args: Sequence[Expression]) -> None:
    """Raise `Invalid` where an int is compared to a fraction, or JSON to a text that is none."""
    given = [(node, arg) for node, arg in zip(nodes, args, strict=True) if not isinstance(arg, Literal)]
    ints = given and all(arg.type is FieldType.INT for _, arg in given)
    of_json = given and all(is_json(arg) for _, arg in given)
    for node, arg in zip(nodes, args, strict=True):
        value = arg.value if isinstance(arg, Literal) and not isinstance(node, exp.Paren) else None
        if ints and isinstance(value, float) and not value.is_integer():
            next_step = "compare with < or >, or write a whole number"
            raise checker.problem(node, f"an int is never {value:g}", "a whole number", "", next_step)
        if of_json and isinstance(value, str) and not _is_json_text(value):
            column = next((part.name for part, _ in given if isinstance(part, exp.Column)), "x")
            next_step = f"write {column} ->> '$', the text that it is, or the path of a part of it"
            raise checker.problem(node, f"JSON is never {value!r}", "JSON, such as '\"a\"'", "", next_step)


def _is_json_text(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def written(node: exp.Expression) -> float | None:
    """The number that stands there, as itself or as a sum, difference or product of some."""
    if isinstance(node, exp.Paren):
        bare = node.this.this if isinstance(node.this, exp.Neg) else node.this
        return None if isinstance(bare, exp.Literal) else written(node.this)
    if isinstance(node, exp.Neg):
        inner = written(node.this)
        return None if inner is None else -inner
    if type(node) in _FOLDED:
        left, right = written(node.this), written(node.expression)
        return None if left is None or right is None else _FOLDED[type(node)](left, right)
    return float(node.this) if isinstance(node, exp.Literal) and not node.is_string else None
