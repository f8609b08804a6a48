"""The functions that expressions may call, and the aggregates of `compute`. Nothing else can be called.

What they compute is `edge_orch.engine.functions`; operators, CASE and casts are in `edge_orch.expr.checker`.
"""

from __future__ import annotations

from edge_orch.expr.library.aggregates import AGGREGATES, AggregateFunction
from edge_orch.expr.library.bits import BITS
from edge_orch.expr.library.choices import CHOICES
from edge_orch.expr.library.elsewhere import ELSEWHERE
from edge_orch.expr.library.function import Function, Kind
from edge_orch.expr.library.json import JSON
from edge_orch.expr.library.lists import LISTS
from edge_orch.expr.library.numbers import NUMBERS
from edge_orch.expr.library.objects import OBJECTS
from edge_orch.expr.library.text import TEXT
from edge_orch.expr.library.times import TIMES

FUNCTIONS: dict[str, Function] = {
    **TEXT, **NUMBERS, **BITS, **CHOICES, **TIMES, **JSON, **LISTS, **OBJECTS
}  # fmt: skip

SYNONYMS = {
    "array_concat": "list_concat",
    "array_contains": "list_contains",
    "array_distinct": "list_distinct",
    "array_filter": "list_filter",
    "array_join": "array_to_string",
    "array_slice": "list_slice",
    "array_sort": "list_sort",
    "array_transform": "list_transform",
    "ceiling": "ceil",
    "char_length": "length",
    "character_length": "length",
    "date_part": "extract",
    "ifnull": "coalesce",
    "instr": "strpos",
    "list_apply": "list_transform",
    "pow": "power",
    "regexp_matches": "regexp_like",
    "split": "string_split",
    "string_to_array": "string_split",
    "substring": "substr",
}
"""Other names that SQL has for the same."""

MEMBERS = {"json_extract": "json_member", "json_extract_string": "json_member_string"}
"""What they are in a plan where a value says which member, not a path that is written out."""
PLANNED = {
    **{function.full: name for name, function in FUNCTIONS.items() if function.full},
    **{planned: name for name, planned in MEMBERS.items()},
    **dict.fromkeys(("strftime_ms", "strftime_offset"), "strftime"),
}
"""Names that a plan has for calls which agents from before would misread → the function that was called."""

__all__ = [
    "AGGREGATES",
    "ELSEWHERE",
    "FUNCTIONS",
    "MEMBERS",
    "PLANNED",
    "SYNONYMS",
    "AggregateFunction",
    "Function",
    "Kind",
]
