"""The functions that expressions may call, and the aggregates of `compute`. Nothing else can be called.

What they compute is `edge_orch.engine.functions`; operators, CASE and casts are in `edge_orch.expr.checker`.
"""

from __future__ import annotations

from edge_orch.expr.library.aggregates import AGGREGATES, AggregateFunction
from edge_orch.expr.library.bits import BITS
from edge_orch.expr.library.choices import CHOICES
from edge_orch.expr.library.function import Function, Kind
from edge_orch.expr.library.json import JSON
from edge_orch.expr.library.numbers import NUMBERS
from edge_orch.expr.library.text import TEXT
from edge_orch.expr.library.times import TIMES

FUNCTIONS: dict[str, Function] = {**TEXT, **NUMBERS, **BITS, **CHOICES, **TIMES, **JSON}

SYNONYMS = {
    "ceiling": "ceil",
    "char_length": "length",
    "character_length": "length",
    "date_part": "extract",
    "ifnull": "coalesce",
    "instr": "strpos",
    "pow": "power",
    "regexp_matches": "regexp_like",
    "substring": "substr",
}
"""Other names that SQL has for the same."""

ELSEWHERE = {
    **dict.fromkeys(("year", "month", "day", "hour", "minute", "week"), "write extract(hour FROM ts)"),
    **dict.fromkeys(("dayofweek", "weekday"), "write extract(dow FROM ts)"),
    **dict.fromkeys(("dateadd", "date_add", "timestampadd"), "write ts + INTERVAL '5' minute"),
    **dict.fromkeys(("datediff", "timestampdiff"), "write date_diff('second', a, b)"),
    **dict.fromkeys(("nvl", "default"), "write coalesce(x, y)"),
    **dict.fromkeys(("unix_timestamp", "to_unixtime", "to_epoch"), "write extract(epoch FROM ts), or epoch_ms(ts)"),
    **dict.fromkeys(("printf", "sprintf", "format"), "join texts with ||; lpad, round and strftime shape them"),
    "age": "write date_diff('second', a, b)",
    "date_format": "write strftime(ts, '%Y-%m-%d')",
    "downcase": "write lower(x)",
    "exists": "write x IS NOT NULL",
    "format_timestamp": "write strftime(ts, '%Y-%m-%d')",
    "if": "write CASE WHEN … THEN … ELSE … END",
    "iff": "write CASE WHEN … THEN … ELSE … END",
    "from_unixtime": "write to_timestamp(x)",
    "hash": "write sha256(x)",
    "is_null": "write x IS NULL",
    "isnull": "write x IS NULL",
    "len": "write length(x)",
    "log": "write ln(x), log10(x) or log2(x)",
    "match": "write regexp_like(x, 'regex')",
    "parse_json": "read it with a parse step, or write x ->> '$.key'",
    "parse_regex": "write regexp_extract(x, 'regex', group), or read the format with schematize",
    "parse_timestamp": "write strptime(x, '%Y-%m-%d'), or CAST(x AS timestamp)",
    "slice": "write substr(x, start, length)",
    "split": "write split_part(x, separator, n), or explode it",
    "string_split": "write split_part(x, separator, n), or explode with a separator",
    "strip": "write trim(x)",
    "strlen": "write length(x)",
    "strip_whitespace": "write trim(x)",
    "to_char": "write strftime(ts, '%Y-%m-%d')",
    "to_bool": "write CAST(x AS bool)",
    "to_float": "write CAST(x AS float)",
    "to_int": "write CAST(x AS int)",
    "to_number": "write CAST(x AS float)",
    "to_string": "write CAST(x AS string)",
    "to_unix_timestamp": "write extract(epoch FROM ts), or epoch_ms(ts)",
    "upcase": "write upper(x)",
}
"""Names that other products have for what is said otherwise here: the next step for who writes them."""

__all__ = ["AGGREGATES", "ELSEWHERE", "FUNCTIONS", "SYNONYMS", "AggregateFunction", "Function", "Kind"]
