"""What each construct becomes, of which type, and whether it can be NULL (`?`)."""

from __future__ import annotations

import pytest

from edge_orch.errors import Invalid
from edge_orch.expr.conversion import is_required
from tests.unit.expr.scopes import shape, typed

CASES = """
names
    i                                   | i                                         | int
    maybe_i                             | maybe_i                                   | int?
    :limit                              | :limit                                    | float
    device.labels.site                  | device.labels.site                        | string?
    source.topic                        | source.topic                              | string?
    "s"                                 | s                                         | string
constants
    1                                   | 1                                         | int
    -9223372036854775808                | -9223372036854775808                      | int
    1.5e3                               | 1500.0                                    | float
    'it''s'                             | "it's"                                    | string
    TRUE                                | True                                      | bool
    CAST(NULL AS float)                 | None                                      | float?
logic
    b AND NOT maybe_b                   | and(b, not(maybe_b))                      | bool?
    b OR i > 1                          | or(b, gt(i, 1))                           | bool
    maybe_b IS NULL                     | is_null(maybe_b)                          | bool
    maybe_b IS NOT NULL                 | not(is_null(maybe_b))                     | bool
    maybe_b IS TRUE                     | coalesce(maybe_b, False)                  | bool
    maybe_b IS NOT FALSE                | not(coalesce(not(maybe_b), False))        | bool
    (i = 2) IS NULL                     | is_null(eq(i, 2))                         | bool
    b = (maybe_b IS NULL)               | eq(b, is_null(maybe_b))                   | bool
    i <> 2                              | ne(i, 2)                                  | bool
    i = (2.5)                           | eq(i, 2.5)                                | bool
    f > 2                               | gt(f, 2.0)                                | bool
    f > i                               | gt(f, i)                                  | bool
    f >= :limit - 5                     | ge(f, sub(:limit, 5.0))                   | bool?
    t < '2026-01-01'                    | lt(t, 1767225600000000)                   | bool
    maybe_i IN (1, 2)                   | in(maybe_i, 1, 2)                         | bool?
    s NOT IN ('a')                      | not(in(s, 'a'))                           | bool
    i BETWEEN 1 AND 2                   | between(i, 1, 2)                          | bool
    s LIKE 'a%'                         | like(s, 'a%')                             | bool
    s NOT LIKE 'a%'                     | not(like(s, 'a%'))                        | bool
arithmetic
    i + 1                               | add(i, 1)                                 | int
    i * maybe_i                         | mul(i, maybe_i)                           | int?
    i + f                               | add(i, f)                                 | float?
    f * 1.8 + 32                        | add(mul(f, 1.8), 32.0)                    | float?
    i / 2                               | div(i, 2)                                 | float?
    i % 2                               | mod(i, 2)                                 | int?
    -f                                  | neg(f)                                    | float
    t + INTERVAL '5' minute             | add(t, 300000000)                         | timestamp?
    t - INTERVAL '2 hours'              | sub(t, 7200000000)                        | timestamp?
    t + INTERVAL '5' ms                 | add(t, 5000)                              | timestamp?
    time_bucket('500ms', t)             | time_bucket(500000, t)                    | timestamp
    t AT TIME ZONE 'Europe/Vienna'      | at_time_zone(t, 'Europe/Vienna')          | timestamp?
choices
    CASE WHEN b THEN 1 ELSE 2 END       | case(b, 1, 2)                             | int
    CASE WHEN b THEN 1 END              | case(b, 1, None)                          | int?
    CASE i WHEN 1 THEN 'a' ELSE 'b' END | case(eq(i, 1), 'a', 'b')                  | string
    CASE WHEN b THEN 1 ELSE f END       | case(b, 1.0, f)                           | float
    CASE WHEN b THEN i ELSE f END       | case(b, cast_float(i), f)                 | float
casts
    CAST(i AS float)                    | cast_float(i)                             | float
    CAST(f AS int)                      | cast_int(f)                               | int?
    s::timestamp                        | cast_timestamp(s)                         | timestamp?
    CAST(t AS string)                   | cast_string(t)                            | string
    CAST(s AS text)                     | s                                         | string
    TRY_CAST(s AS double)               | cast_float(s)                             | float?
    CAST('2026-01-01' AS timestamp)     | 1767225600000000                          | timestamp
calls
    lower(s)                            | lower(s)                                  | string
    UPPER(maybe_s)                      | upper(maybe_s)                            | string?
    s || i || 'x'                       | concat(s, cast_string(i), 'x')            | string
    concat(s, maybe_i)                  | concat(s, cast_string(maybe_i))           | string?
    coalesce(maybe_f, 0)                | coalesce(maybe_f, 0.0)                    | float
    coalesce(maybe_f, maybe_i)          | coalesce(maybe_f, cast_float(maybe_i))    | float?
    nullif(i, 0)                        | nullif(i, 0)                              | int?
    greatest(i, maybe_i)                | greatest(i, maybe_i)                      | int
    abs(f)                              | abs(f)                                    | float
    clamp(f, 0, 100)                    | clamp(f, 0.0, 100.0)                      | float
    round(f, 1)                         | round(f, 1)                               | float?
    date_trunc('hour', t)               | date_trunc('hour', t)                     | timestamp
    EXTRACT(HOUR FROM t)                | extract('hour', t)                        | int
    date_diff('second', t, maybe_t)     | date_diff('second', t, maybe_t)           | int?
    date_diff('day', t, '2026-01-01')   | date_diff('day', t, 1767225600000000)     | int
    regexp_like(s, '^a')                | regexp_like(s, '^a')                      | bool
    regexp_extract(s, '(a)', 1)         | regexp_extract(s, '(a)', 1)               | string?
    s -> '$.a[0]'                       | json_extract(s, '$.a[0]')                 | string?
    s ->> 'a' = 'x'                     | eq(json_extract_string(s, 'a'), 'x')      | bool?
    s -> 'a' ->> s                      | json_member_string(json_extract(s, 'a'), s) | string?
    json_extract(s, i)                  | json_member(s, i)                         | string?
    s -> 'a' ->> -1                     | json_extract_string(json_extract(s, 'a'), '$[-1]') | string?
    upper(s ->> '$.a')                  | upper(json_extract_string(s, '$.a'))      | string?
    json_object('a', maybe_s)           | json_object('a', maybe_s)                 | string
    json_array(i, maybe_f)              | json_array(i, maybe_f)                    | string
    length(NULL)                        | length(None)                              | int?
    substring(s, 2)                     | substr(s, 2)                              | string
    position('a' IN s)                  | strpos(s, 'a')                            | int
    left(s, 2)                          | left(s, 2)                                | string
    pow(i, 2)                           | power(i, 2)                               | float?
    date_part('hour', t)                | extract('hour', t)                        | int
    time_bucket('15m', t)               | time_bucket(900000000, t)                 | timestamp
    time_bucket(INTERVAL '1' hour, t)   | time_bucket(3600000000, t)                | timestamp
    strftime(t, '%H:%M')                | strftime(t, '%H:%M')                      | string
    s ILIKE 'A%'                        | like(lower(s), 'a%')                      | bool
    s NOT ILIKE s                       | not(like(lower(s), lower(s)))             | bool
    i & 255 << 1                        | shift_left(bit_and(i, 255), 1)            | int?
    ~i                                  | bit_not(i)                                | int
    i IS NOT DISTINCT FROM NULL         | or(and(is_null(i), is_null(None)), coalesce(eq(i, None), False)) | bool
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in CASES.replace("||", "##").splitlines() if "|" in line]


@pytest.mark.parametrize(("text", "expected", "type_"), ROWS, ids=[row[0] for row in ROWS])
def test_an_expression_is_typed(text: str, expected: str, type_: str) -> None:
    value = typed(text.replace("##", "||"))
    assert (shape(value), f"{value.type}{'' if is_required(value) else '?'}") == (expected, type_)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("b > b", "booleans have no order"), ("i = 'a'", "without quotes"), ("s = 1", "'1' in quotes"),
        ("t - t", "cannot be subtracted"), ("t + 5", "wrong type for a side of +"), ("-s", "wrong type"),
        ("i IN ()", "needs a list"), ("i IS 5", "IS takes"), ("s[0]", "no `[ ]`"),
        ("t + INTERVAL '1' month", "not an interval"),
        ("INTERVAL '1' day", "only be added"), ("CAST(i AS json)", "not a type"),
        ("CAST(i AS foo)", "unknown type"), ("CAST(i AS timestamp)", "no CAST"),
        ("CASE WHEN i THEN 1 END", "wrong type for a condition"), ("CASE WHEN b THEN 1 ELSE 'a' END", "one type"),
        ("coalesce()", "wrong number"), ("lower(s, s)", "wrong number"), ("date_trunc('fortnight', t)", "not a unit"),
        ("date_trunc(s, t)", "not a unit"), ("regexp_like(s, s)", "must be written out"), ("sum(i)", "aggregate"),
        ("count(*)", "aggregate"), ("count(*) FILTER (WHERE b)", "FILTER"), ("greatest(b, b)", "no order"),
        ("1e999", "out of range"), ("9223372036854775808", "out of 64 bits"), ("NULL", "no type"),
        ("(NULL)", "no type"),
        ("*", "only in count"), ("a.b.c.d.e", "not part"), ("i AS x", "does not fit"), ("i i", "does not fit"),
        ("i, i", "does not fit"), ("SELECT 1", "not an SQL expression"), ("EXISTS (SELECT 1)", "subqueries"),
        ("i IN (SELECT 1)", "list of values"), ("DROP TABLE x", "does not fit"), ("f &  1", "write AND"),
        ("collect_list(s)", "in an aggregate, write array_agg(x)"), ("System.Timestamp()", "source.received_at"),
        ("prev(1, i)", "offset: 3"), ("GetArrayElement(s, 0)", "write x ->> '$[0]'"),
        ("i = 2 IS NULL", "two ways"), ("b <> maybe_b IS NOT TRUE", "two ways"),
        ("i > f IS DISTINCT FROM 2", "two ways"), ("i BETWEEN SYMMETRIC 5 AND 1", "SYMMETRIC is not"),
        ("strptime(s, '%b %d %H:%M')", "read it by a parse step"),
        ("strptime(s, '%g')", "no part of a timestamp"), ("CAST(s AS decimal)", "round(x, 2)"),
        ("CAST(t AS date)", "date_trunc('day', ts)"), ("trim(LEADING '0' FROM s)", "write ltrim(x, '0')"),
        ("i // 2", "write floor(x / y)"), ("DATE '2026-01-01'", "write TIMESTAMP"),
        ("strftime(t, '%Q')", "no part of a timestamp"),
        ("s -> '$.a[x]'", "not a path"), ("s -> ''", "not a path"),
        ("s ->> ('$.' || s)", "a field that names a member stands alone"), ("s -> b", "wrong type for a key"),
        ("s ->> 1.5", "a path must be written out"), ("s ->> lower(s)", "a call behind -> or ->> has no brackets"),
        ("i -> 'a'", "wrong type"),
        ("strptime(s, s)", "must be written out"), ("time_bucket('0s', t)", "longer than 0"),
        ("time_bucket('x', t)", "not an interval"), ("len(s)", "write length(x)"), ("f < < 1", "write a single <"),
        ("i << s", "write a single <"), ("i OVERLAPS i", "`i OVERLAPS i` is not part"),
        ("lower(f)", "write CAST(f AS string)"), ("'5' + 1", "write 5 without quotes"), ("t + 1", "an INTERVAL"),
        ("date_trunc('day', i)", "use a timestamp"), ("NOT s", "compare it, like x = …"),
        ("regexp_like(s, '(')", "a ( is not closed"),
        ("device.labels", "unknown name"), ("device.oops", "unknown name"), ("?", "unknown parameter"),
        ("random()", "same input"), ("sleep(1)", "unknown function"), ("__import__('os')", "unknown function"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused(text: str, what: str) -> None:
    with pytest.raises(Invalid) as error:
        typed(text)
    assert what in str(error.value)
