"""What JSONata, as in Node-RED, and historians call functions, and what to write here."""

from __future__ import annotations

_OVER_TIME = "compute it by an aggregate over a window, or by a moving step"

JSONATA = {
    **{
        f"${theirs}": f"write {ours}"
        for theirs, ours in {
            "sum": "list_sum(x)",
            "average": "list_avg(x)",
            "max": "list_max(x)",
            "min": "list_min(x)",
            "count": "json_array_length(x)",
            "number": "CAST(x AS float)",
            "string": "CAST(x AS string), of JSON x || ''",
            "boolean": "CAST(x AS bool)",
            "not": "NOT x",
            "exists": "x IS NOT NULL",
            "round": "round(x, 1)",
            "floor": "floor(x)",
            "ceil": "ceil(x)",
            "abs": "abs(x)",
            "power": "power(x, y)",
            "sqrt": "sqrt(x)",
            "formatnumber": "fixed(x, 2)",
            "formatbase": "to_base(x, 16)",
            "substring": "substr(x, start, length), which counts from 1",
            "substringbefore": "split_part(x, '-', 1)",
            "substringafter": "split_part(x, '-', 2)",
            "length": "length(x)",
            "uppercase": "upper(x)",
            "lowercase": "lower(x)",
            "trim": "trim(x)",
            "pad": "lpad(x, 5, '0')",
            "contains": "contains(x, 'a')",
            "split": "string_split(x, ',')",
            "join": "array_to_string(x, ',')",
            "replace": "replace(x, 'a', 'b')",
            "match": "regexp_extract_all(x, 'regex')",
            "append": "list_concat(x, y)",
            "sort": "list_sort(x)",
            "reverse": "list_reverse(x)",
            "distinct": "list_distinct(x)",
            "map": "list_transform(x, e -> …)",
            "filter": "list_filter(x, e -> …)",
            "keys": "json_keys(x)",
            "lookup": "x ->> '$.key'",
            "merge": "json_merge_patch(x, y)",
            "sift": "json_filter(x, (k, v) -> …)",
            "each": "json_transform(x, (k, v) -> …)",
            "base64encode": "to_base64(x)",
            "base64decode": "from_base64(x)",
            "tomillis": "epoch_ms(CAST(x AS timestamp))",
            "frommillis": "make_timestamp_ms(x)",
        }.items()
    },
    **dict.fromkeys(("$now", "$millis"), "use the record's own time, or source.received_at"),
    **dict.fromkeys(("$flowcontext", "$globalcontext"), "write a latest or running step before it"),
}
HISTORIANS = {
    **dict.fromkeys(("tagavg", "tagmean", "tagmax", "tagmin", "tagtot", "tagcount", "eventcount"), _OVER_TIME),
    **dict.fromkeys(("pctgood", "numofchanges"), _OVER_TIME),
    **dict.fromkeys(("prevval", "prevevent", "deltavalue", "hasvaluechanged", "haschanged"),
        "write a lag step before it"),
    **dict.fromkeys(("tagval", "nextval", "nextevent", "lastvalue"), "write a latest or lag step before it"),
    **dict.fromkeys(("timeeq", "timege", "timegt", "timele", "timelt", "timene"),
        "lag the value and its time, then sum(date_diff('second', since, ts)) FILTER (WHERE …) in an aggregate"),
    "badval": "write x IS NULL",
    "states": "name the field: what Home Assistant publishes by MQTT is read by the job's source",
}  # fmt: skip
"""Names of other products, in small letters → the next step for who writes them."""
