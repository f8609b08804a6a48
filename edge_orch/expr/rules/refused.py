"""What SQL has and the job language has not, and what to write instead."""

from __future__ import annotations

from sqlglot import exp

_SUBQUERY = ("subqueries are not allowed", "an expression sees one record only")
_REFUSED = {
    "Select": _SUBQUERY,
    "Subquery": _SUBQUERY,
    "Exists": _SUBQUERY,
    "Window": ("window functions are not allowed", "use an aggregate step"),
    "Filter": ("FILTER belongs to an aggregate", "use it in an aggregate step's compute"),
    "ILike": ("ILIKE is not part of the language", "write lower(x) LIKE …"),
    "NullSafeEQ": ("IS NOT DISTINCT FROM is not part of the language", "compare with = and IS NULL"),
    "NullSafeNEQ": ("IS DISTINCT FROM is not part of the language", "compare with <> and IS NULL"),
    "Interval": ("an INTERVAL can only be added to or taken from a timestamp", ""),
    "Star": ("`*` stands only in count(*)", ""),
    "Bracket": ("lists and maps have no `[ ]` here", "give the value a field of its own: path in schematize"),
    "Distinct": ("DISTINCT stands only in count(DISTINCT x)", ""),
}


def refusal(node: exp.Expression) -> tuple[str, str]:
    """What to say of a node that no rule types, and the next step."""
    return _REFUSED.get(type(node).__name__, (f"`{node.key}` is not part of the expression language", ""))
