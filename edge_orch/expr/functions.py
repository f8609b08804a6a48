"""The functions that expressions may call, and the aggregates of `compute`. Nothing else can be called.

What they compute is `edge_orch.engine.functions`; operators, CASE and casts are in `edge_orch.expr.checker`.
"""

from __future__ import annotations

import msgspec

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


class AggregateFunction(msgspec.Struct, frozen=True):
    """One line for people, and an entry of `compute` over fields ts, sensor and temp_c."""

    doc: str
    example: str


AGGREGATES: dict[str, AggregateFunction] = {
    "count": AggregateFunction(
        "count(*), count(x): records, or those where x is not NULL; count(DISTINCT x)", "count(DISTINCT sensor)"
    ),
    "sum": AggregateFunction("sum(x): NULL if out of 64 bits", "sum(temp_c)"),
    "avg": AggregateFunction("avg(x): the mean", "avg(temp_c)"),
    "min": AggregateFunction("min(x): the least", "min(temp_c)"),
    "max": AggregateFunction("max(x): the greatest", "max(temp_c) FILTER (WHERE sensor = 'press-1')"),
    "first": AggregateFunction("first(x): of the earliest record", "first(temp_c)"),
    "last": AggregateFunction("last(x): of the latest record", "last(sensor)"),
    "stddev": AggregateFunction("stddev(x): of a sample; NULL below two values", "stddev(temp_c)"),
    "variance": AggregateFunction("variance(x): the square of stddev(x)", "variance(temp_c)"),
    "quantile": AggregateFunction(
        "quantile(x, 0.95): exact for up to 1,024 values, then each neighbour within 1 %; mergeable",
        "quantile(temp_c, 0.5)",
    ),
    "median": AggregateFunction("median(x): quantile(x, 0.5)", "median(temp_c)"),
    "bool_and": AggregateFunction("bool_and(x): whether all are true", "bool_and(temp_c > 20)"),
    "array_agg": AggregateFunction("array_agg(x): all values as a JSON array, by event time", "array_agg(temp_c)"),
    "bool_or": AggregateFunction("bool_or(x): whether one is true", "bool_or(temp_c > 90)"),
}
"""`compute` entries: exactly one aggregate each, perhaps with FILTER (WHERE …)."""

__all__ = ["AGGREGATES", "ELSEWHERE", "FUNCTIONS", "SYNONYMS", "AggregateFunction", "Function", "Kind"]
