"""Functions of JSON text."""

from __future__ import annotations

from edge_orch.expr.library.function import BOOL, FLOAT, INT, STRING, Function

_SAMPLE = """'{"a": {"b": [1, "x"]}}'"""

JSON: dict[str, Function] = {
    "json_extract": Function(
        (STRING, "json_path"),
        STRING,
        "json_extract(text, '$.a.b[0]'): the JSON there, NULL if nothing or null; of '$.a[*].b' an array of all; "
        "also text -> '$.a', and text -> name for the member that a field names",
        null="may_fail",
        example=f"json_extract({_SAMPLE}, '$.a.b')",
    ),
    "json_extract_string": Function(
        (STRING, "json_path"),
        STRING,
        "json_extract_string(text, '$.a.b[0]'): the same, but a text without quotes; also text ->> '$.a'",
        null="may_fail",
        example=f"json_extract_string({_SAMPLE}, '$.a.b[-1]')",
    ),
    "json_array_length": Function(
        (STRING,),
        INT,
        "json_array_length(text): how many elements; NULL for what is no array",
        null="may_fail",
        example="json_array_length('[1, 2, 3]')",
    ),
    **{
        name: Function((STRING,), FLOAT, f"{name}(text): {what}", null="may_fail", example=f"{name}('[1, 2.5, 4]')")
        for name, what in (
            ("list_sum", "of the numbers of a JSON array, nulls left out; NULL if it is none, or has other elements"),
            ("list_avg", "their mean"),
            ("list_min", "the least of them"),
            ("list_max", "the greatest of them"),
        )
    },
    "json_valid": Function((STRING,), BOOL, "json_valid(text): whether it is JSON", example="json_valid('[1,')"),
    "to_json": Function(
        ("any",),
        STRING,
        "to_json(x): a number, text … as JSON, so that it stands beside JSON in one CASE; what is JSON stays",
        example="to_json(round(temp_c, 1))",
    ),
    "json_object": Function(
        ("any",),
        STRING,
        "json_object('key', x, …): an object, never NULL; a NULL in it is null",
        variadic=True,
        null="never",
        example="json_object('sensor', sensor, 'temp_c', temp_c)",
    ),
    "json_array": Function(
        ("any",),
        STRING,
        "json_array(x, …): an array, never NULL; a NULL in it is null",
        variadic=True,
        null="never",
        example="json_array(sensor, temp_c)",
    ),
}
