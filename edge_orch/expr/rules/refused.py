"""What SQL has and the job language has not, and what to write instead."""

from __future__ import annotations

import re

from sqlglot import exp
from sqlglot.errors import ErrorLevel

from edge_orch.expr.library.elsewhere import ELSEWHERE

_LONGEST = 60
_NEXT_STEP = "say it with comparisons, arithmetic, CASE and functions"

_SUBQUERY = ("subqueries are not allowed", "an expression sees one record only")
_REFUSED = {
    "Select": _SUBQUERY,
    "Subquery": _SUBQUERY,
    "Exists": _SUBQUERY,
    "Window": (
        "window functions are not allowed",
        "write a lag, latest, moving or running step: they add fields of the records before",
    ),
    "Filter": ("FILTER belongs to an aggregate", "use it in an aggregate step's compute"),
    "Interval": (
        "an INTERVAL can only be added to or taken from a timestamp",
        "write ts + INTERVAL '5' minute; by a field n of seconds, make_timestamp_ms(epoch_ms(ts) + n * 1000)",
    ),
    "Star": ("`*` stands only in count(*)", "name one field"),
    "Bracket": (
        "lists and maps have no `[ ]` here",
        "of JSON, write x ->> '$[0]'; or give it a field of its own: path",
    ),
    "Distinct": ("DISTINCT stands only in count(DISTINCT x)", "leave it out"),
    "BitwiseXor": ("`^` is not part of the language", "for a power, write power(x, y); for bits, xor(x, y)"),
    "IntDiv": ("DIV is not part of the language", "write floor(x / y)"),
    "SimilarTo": ("SIMILAR TO is not part of the language", "write regexp_like(x, 'regex')"),
    "RegexpLike": ("RLIKE and REGEXP are not part of the language", "write regexp_like(x, 'regex')"),
    "Glob": ("GLOB is not part of the language", "write x LIKE 'a%', or regexp_like(x, 'regex')"),
    "Escape": ("ESCAPE is not part of the language", "write regexp_like(x, 'regex')"),
    "Identifier": ("a call behind -> or ->> has no brackets", "write x ->> (lower(y))"),
    "Collate": ("COLLATE is not part of the language", "compare lower(x)"),
    "Parameter": ("`@` is not part of the language", "a parameter is written :name, a field by its bare name"),
    "Array": ("lists are not part of the language", "after IN, values stand in round brackets"),
    "Struct": ("`{ }` is not part of the language", "a parameter is written :name, a field by its bare name"),
    "Concat": ("two texts side by side", "write a comma between them, or || to join them"),
    "Tuple": ("a list of values stands only after IN", "compare one value at a time"),
}
_LIBRARIES = frozenset({"math", "number", "json", "object", "string", "strings", "date", "array", "np", "numpy"})
"""What stands before a dot and is no value of the record."""


def refusal(node: exp.Expression) -> tuple[str, str]:
    """What to say of a node that no rule types, and the next step."""
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Anonymous):
        library = [] if _text(node.this).lower() in _LIBRARIES else [node.this]
        name, args = node.expression.this, [*library, *node.expression.expressions]
        in_front = f"a function stands in front: {name}({', '.join(map(_text, args))})"
        return f"`{name}` is no method", ELSEWHERE.get(str(name).lower(), in_front)
    if isinstance(node, exp.Bracket) and (meant := _within(node)):
        return _REFUSED["Bracket"][0], meant
    text = _text(node)
    if re.fullmatch(r"[\d.]+", text):
        return f"`{text}` is no number", f"write it in decimal digits alone; text stands in single quotes: '{text}'"
    return _REFUSED.get(type(node).__name__, (f"`{text}` is not part of the language", _NEXT_STEP))


def _within(node: exp.Bracket) -> str:
    """What is written here for `x[0]`, `x['key']`, `x[1:3]` and `split(x, '-')[0]`."""
    place = node.expressions[0] if node.expressions else None
    if isinstance(place, exp.Slice):
        return f"write substr({_text(node.this)}, start, length)"
    if not isinstance(place, exp.Literal) or not isinstance(node.this, exp.Column | exp.Anonymous):
        return ""
    if isinstance(node.this, exp.Anonymous):
        splits = str(node.this.this).lower() in {"split", "string_split"}
        return "write split_part(x, '-', 1) for the first part" if splits else ""
    if place.is_string:
        return f"write {_text(node.this)} ->> '$.{place.name}'"
    of_json = f"of JSON, write {_text(node.this)} ->> '$[{place.name}]'"
    return f"{of_json}, of a text substr({_text(node.this)}, 1, 1)" if place.name.isdecimal() else ""


def _text(node: exp.Expression) -> str:
    """The node as one would write it: what the parser calls it means nothing to the author of a job."""
    text = node.sql(unsupported_level=ErrorLevel.IGNORE)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
