"""A node of the wrong type: what to write in its place."""

from __future__ import annotations

import re

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.nodes import Mapping, Node, Scalar, Sequence, described

FLAG = "true or false"
CONDITION = "an SQL expression"
WHOLE_NUMBER = "a whole number"
"""What leaves of these types expect."""


def mismatch(node: Node, expected: str, next_step: str = "") -> Invalid:
    """The error for a node of the wrong type; without a `next_step` it has a general one."""
    return Invalid(Problem("wrong type", node.where, expected, described(node), next_step or _mending(node, expected)))


def _mending(node: Node, expected: str) -> str:
    if isinstance(node, Sequence) and node.items and isinstance(node.items[0], Scalar) and expected != FLAG:
        conditions = expected == CONDITION and "write one expression: conditions are joined by AND"
        return conditions or f"write one alone: {node.items[0].text}"
    if isinstance(node, Mapping) and expected == CONDITION:
        return _as_condition(node)
    if isinstance(node, Mapping) and len(node.entries) == 1:
        key, value = node.entries[0]
        inner = value if key.text in _SAYING_NOTHING or expected != "text" else key
        if isinstance(value, Scalar) and isinstance(inner, Scalar):
            return f"write {quoted(inner.text)} alone"
    return _mended_text(node, expected) if isinstance(node, Scalar) else f"write {expected} in its place"


_SAYING_NOTHING = frozenset({
    "condition", "default", "duration", "every", "expr", "expression", "field", "for", "formula", "from", "if", "key",
    "name", "path", "pattern", "regex", "size", "sql", "step", "text", "topic", "url", "value", "when",
})  # fmt: skip
"""Keys that people write around a value that stands alone here."""
_FLAGS = dict.fromkeys(("yes", "on", "y", "1"), "true") | dict.fromkeys(("no", "off", "n", "0"), "false")


def _mended_text(node: Scalar, expected: str) -> str:
    if node.value is None:
        return "give it a value, or leave out its key"
    fits = {"a whole number": r"[-+]?\d{1,18}", "a number": r"[-+]?\d+(\.\d+)?", "true or false": "true|false"}
    form = next((form for start, form in fits.items() if expected.startswith(start)), "(?!)")
    if not node.plain and re.fullmatch(form, node.text):
        return f"write {node.text} without quotes"
    if (percent := re.fullmatch(r"(\d+(\.\d+)?) ?%", node.text)) and expected.startswith("a number"):
        return f"write {float(percent[1]) / 100:g} for {node.text}"
    if expected == FLAG and node.text.lower() in _FLAGS:
        return f"write {_FLAGS[node.text.lower()]}"
    if expected == WHOLE_NUMBER and (other := re.fullmatch(r"(:\w+)|\d+(?:ms|s|m|h|d)", node.text)):
        of_a_parameter = "write the number itself: parameters stand in expressions only"
        return of_a_parameter if other[1] else "write how many; how long is another option"
    return f"write {expected} in its place"


def quoted(text: str, *, always: bool = False) -> str:
    """The text as a job would hold it: in quotes where YAML would read something else, or `always`."""
    needed = always or re.search(r"^[&*!|>'\"%@`#-]|[{}\[\],]|: | #", text)
    return "'" + text.replace("'", "''") + "'" if needed else text


_AGGREGATES = frozenset({"avg", "sum", "min", "max", "count", "first", "last", "median", "stddev"})


def _as_condition(node: Mapping) -> str:
    """What the entries of a mapping say as one expression, where each is a name and a text."""
    pairs = [(key.text, value.text) for key, value in node.entries if isinstance(value, Scalar)]
    said = next((text for key, text in pairs if key in _SAYING_NOTHING), "")
    if said:
        return f"write the expression alone: {said}"
    if len(pairs) == 1 and pairs[0][0] in _AGGREGATES:
        return f"write {pairs[0][0]}({pairs[0][1]})"
    if len(pairs) == 1 and re.search("[<>=]", pairs[0][1]):
        return f"write the expression alone: {pairs[0][1]}"
    if pairs and len(pairs) == len(node.entries):
        return "write " + " AND ".join(f"{key} = '{text}'" for key, text in pairs)
    return "write one expression: conditions are joined by AND"
