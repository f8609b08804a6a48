"""Arguments that are written out and lie outside of what a function takes: nothing comes of them for any record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import inf, nextafter
from typing import TYPE_CHECKING

from sqlglot import exp

from edge_orch.expr.rules.vain import written

if TYPE_CHECKING:
    from edge_orch.expr.checker import Checker

_POSITIVE = (nextafter(0, 1), inf, "a number above 0")
_SINE = (-1.0, 1.0, "a number from -1 to 1")
_SHIFT = (0.0, 63.0, "0 to 63 bits")
_LENGTH = (0.0, 10_000.0, "0 to 10000 characters")
# Function and place of an argument → least, greatest, both in words.
_DOMAINS: dict[tuple[str, int], tuple[float, float, str]] = {
    **dict.fromkeys((("ln", 0), ("log10", 0), ("log2", 0)), _POSITIVE),
    ("sqrt", 0): (0.0, inf, "a number from 0 on"),
    **dict.fromkeys((("asin", 0), ("acos", 0)), _SINE),
    **dict.fromkeys((("shift_left", 1), ("shift_right", 1)), _SHIFT),
    **dict.fromkeys((("to_base", 1), ("from_base", 1)), (2.0, 36.0, "a base from 2 to 36")),
    ("signed", 1): (1.0, 64.0, "1 to 64 bits"),
    ("fixed", 1): (0.0, 15.0, "0 to 15 digits"),
    **dict.fromkeys((("lpad", 1), ("rpad", 1), ("repeat", 1)), _LENGTH),
}
_FILLED = {"lpad": 2, "rpad": 2, "split_part": 1, "replace": 1}
"""Where a text must not be empty: with nothing nothing is filled, split or replaced."""
_ALONE = {"coalesce", "greatest", "least"}
_FLAGS = "g"


def refuse_outside(checker: Checker, name: str, nodes: Sequence[exp.Expression]) -> None:
    """Raise `Invalid` for such an argument."""
    for place, node in enumerate(nodes):
        least, most, expected = _DOMAINS.get((name, place), (-inf, inf, ""))
        number = written(node)
        if number is not None and not least <= number <= most:
            raise checker.problem(node, f"a value that `{name}` does not take", expected, f"{number:g}")
    empty = nodes[_FILLED[name]] if name in _FILLED and len(nodes) > _FILLED[name] else None
    if empty is not None and _text(empty) == "":
        raise checker.problem(empty, f"an empty text, with which `{name}` changes nothing", "one character or more")
    if name in _ALONE and len(nodes) == 1:
        aggregate = {"greatest": "max", "least": "min"}.get(name, "")
        next_step = f"over records, the aggregate is {aggregate}(x)" if aggregate else "write it alone"
        raise checker.problem(nodes[0], f"`{name}` of one value is that value", "two values or more", "", next_step)
    if name == "regexp_replace":
        _refuse_replacement(checker, nodes)
    if name == "json_object":
        _refuse_repeated(checker, nodes[::2])


def _refuse_replacement(checker: Checker, nodes: Sequence[exp.Expression]) -> None:
    groups = re.compile(nodes[1].name).groups
    for group in re.finditer(r"\\(\d)", _text(nodes[2]) or ""):
        if int(group[1]) > groups:
            found = f"{groups} group{'s' if groups != 1 else ''} in ( )"
            raise checker.problem(nodes[2], f"there is no group {group[1]}", "", found, "put what is wanted in ( )")
    flags = _text(nodes[3]) if len(nodes) > 3 else None
    if flags is not None and flags not in {"", _FLAGS}:
        next_step = "for capitals as well, begin the expression with (?i)" if "i" in flags else ""
        raise checker.problem(nodes[3], "not a flag", f"'{_FLAGS}' for every match, or nothing", repr(flags), next_step)


def _refuse_repeated(checker: Checker, keys: Sequence[exp.Expression]) -> None:
    seen: set[str] = set()
    for key in keys:
        text = _text(key)
        if text in seen:
            raise checker.problem(key, f"the key '{text}' stands here twice", next_step="leave one out")
        if text is not None:
            seen.add(text)


def _text(node: exp.Expression) -> str | None:
    """The text that stands there as itself."""
    return str(node.this) if isinstance(node, exp.Literal) and node.is_string else None
