"""Functions of JSON arrays as wholes."""

from __future__ import annotations

from edge_orch.expr.library.function import BOOL, INT, STRING, Function

LISTS: dict[str, Function] = {
    "string_split": Function(
        (STRING, STRING),
        STRING,
        "string_split(text, separator): a JSON array of its parts; also split",
        example="string_split('hot|new', '|')",
    ),
    "regexp_extract_all": Function(
        (STRING, "regex", INT),
        STRING,
        "regexp_extract_all(text, 'regex', group): a JSON array of all matches",
        optional=1,
        null="may_fail",
        example="regexp_extract_all('a=1 b=20', '[a-z]=([0-9]+)', 1)",
    ),
    "array_to_string": Function(
        (STRING, STRING),
        STRING,
        "array_to_string(text, separator): the elements of a JSON array as one text, nulls left out",
        null="may_fail",
        example="""array_to_string('["hot", "new", 1]', ', ')""",
    ),
    "list_contains": Function(
        (STRING, STRING),
        BOOL,
        "list_contains(text, element): whether a JSON array has this text, or what is so written; NULL if it is none",
        null="may_fail",
        example="""list_contains('["hot", "new", 1]', 'hot')""",
    ),
    "list_distinct": Function(
        (STRING,),
        STRING,
        "list_distinct(text): a JSON array without nulls and repetitions",
        null="may_fail",
        example="list_distinct('[3, 1, 3]')",
    ),
    "list_sort": Function(
        (STRING,),
        STRING,
        "list_sort(text): ascending, nulls last; NULL unless an array of numbers or of texts",
        null="may_fail",
        example="list_sort('[3, 1, 2]')",
    ),
    "list_reverse": Function(
        (STRING,),
        STRING,
        "list_reverse(text): the elements of a JSON array backwards",
        null="may_fail",
        example="list_reverse('[3, 1, 2]')",
    ),
    "list_concat": Function(
        (STRING, STRING),
        STRING,
        "list_concat(a, b): the elements of two JSON arrays in one",
        null="may_fail",
        example="list_concat('[1, 2]', '[3]')",
    ),
    "generate_series": Function(
        (INT, INT),
        STRING,
        "generate_series(first, last): a JSON array of the whole numbers from one to the other, both included; NULL "
        "for more than 100,000",
        null="may_fail",
        example="generate_series(1, 4)",
    ),
    "list_slice": Function(
        (STRING, INT, INT),
        STRING,
        "list_slice(text, first, last): both included, counted from 1; from -1 backwards from the end",
        null="may_fail",
        example="list_slice('[1, 2, 3, 4]', 2, 3)",
    ),
    "list_filter": Function(
        (STRING, "lambda"),
        STRING,
        "list_filter(text, x -> …): the elements for which a condition is true; (x, i) -> … also knows their place",
        null="may_fail",
        example="list_filter('[3, 12, 7]', x -> CAST(x AS int) > 5)",
    ),
    "list_transform": Function(
        (STRING, "lambda"),
        STRING,
        "list_transform(text, x -> …): a value made of each element; x is it as a text, x -> '$' as JSON",
        null="may_fail",
        example="""list_transform('[{"c": 20}, {"c": 30}]', x -> CAST(x ->> '$.c' AS float) * 1.8 + 32)""",
    ),
    "list_merge": Function(
        (STRING,),
        STRING,
        "list_merge(text): one object of all members of the objects in a JSON array; the last of a key counts",
        null="may_fail",
        example="""list_merge('[{"a": 1}, {"b": 2}]')""",
    ),
}
