"""Functions of JSON objects as wholes."""

from __future__ import annotations

from edge_orch.expr.library.function import BOOL, STRING, Function

OBJECTS: dict[str, Function] = {
    "json_keys": Function(
        (STRING,),
        STRING,
        "json_keys(text): a JSON array of the names of an object's members",
        null="may_fail",
        example="""json_keys('{"a": 1, "b": 2}')""",
    ),
    "json_merge_patch": Function(
        (STRING, STRING),
        STRING,
        "json_merge_patch(a, b): the members of b in a, at any depth; what is null in b is removed (RFC 7396)",
        null="may_fail",
        example="""json_merge_patch('{"a": 1, "b": 2}', '{"b": null, "c": 3}')""",
    ),
    "json_filter": Function(
        (STRING, "lambda"),
        STRING,
        "json_filter(text, (k, v) -> …): the members for which a condition is true; v is a text, as ->> gives it",
        null="may_fail",
        example="""json_filter('{"a": 1, "_b": 2}', (k, v) -> NOT starts_with(k, '_'))""",
    ),
    "json_transform": Function(
        (STRING, "lambda"),
        STRING,
        "json_transform(text, (k, v) -> …): a value made of each; where that is NULL, it stays as it was",
        null="may_fail",
        example="""json_transform('{"a": 1, "pass": "x"}', (k, v) -> CASE WHEN k = 'pass' THEN '***' END)""",
    ),
    "json_rename": Function(
        (STRING, "lambda"),
        STRING,
        "json_rename(text, (k, v) -> …): a key made of each; where that is NULL, it stays as it was",
        null="may_fail",
        example="""json_rename('{"a.b": 1}', (k, v) -> replace(k, '.', '_'))""",
    ),
    "json_flatten": Function(
        (STRING, STRING, BOOL),
        STRING,
        "json_flatten(text, separator, arrays): objects within an object taken apart; their keys join with the "
        "separator; TRUE: arrays, too, by their places from 0",
        optional=1,
        null="may_fail",
        example="""json_flatten('{"a": {"b": 1, "c": [2]}}', '.')""",
    ),
    "json_unflatten": Function(
        (STRING, STRING),
        STRING,
        "json_unflatten(text, separator): keys taken apart at the separator, an object for each part",
        null="may_fail",
        example="""json_unflatten('{"a.b": 1, "a.c": [2]}', '.')""",
    ),
    "json_entries": Function(
        (STRING,),
        STRING,
        "json_entries(text): a JSON array of an object for each member, with its key and its value",
        null="may_fail",
        example="""json_entries('{"a": 1, "b": "x"}')""",
    ),
}
