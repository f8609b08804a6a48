from __future__ import annotations

from typing import Any

import pytest

from edge_orch.engine.functions import SPECIAL, STRICT
from edge_orch.errors import Invalid
from edge_orch.expr.functions import FUNCTIONS, PLANNED
from edge_orch.plan.expression import Call, Context, Expression
from edge_orch.plan.schema import FieldType
from tests.unit.engine.evaluating import IN, NULLABLE, A, J, S, T, X, Y, evaluate, passes
from tests.unit.engine.plans import (
    BOOL,
    FLOAT,
    INT,
    STRING,
    TIMESTAMP,
    batch,
    call,
    col,
    filtered,
    lit,
    mapped,
    pipeline,
    plan,
    rows,
)

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_case_takes_the_first_true_condition_and_null_without_else() -> None:
    node = call("case", call("gt", X, lit(9.0)), lit("hot", STRING), A, lit("a", STRING), S, type_=STRING)
    assert evaluate(node, STRING, x=10.0, a=True, s="else") == "hot"
    assert evaluate(node, STRING, x=None, a=True, s="else") == "a"
    assert evaluate(node, STRING, x=1.0, a=None, s="else") == "else"
    assert evaluate(call("case", A, lit(1, INT), type_=INT), INT, a=False) is None


def test_coalesce_nullif_greatest_least() -> None:
    assert evaluate(call("coalesce", X, Y, lit(3.0), type_=FLOAT), FLOAT, y=2.0) == 2.0
    assert evaluate(call("coalesce", X, Y, type_=FLOAT), FLOAT) is None
    assert evaluate(call("nullif", IN, J, type_=INT), INT, i=1, j=1) is None
    assert evaluate(call("nullif", IN, J, type_=INT), INT, i=1) == 1
    assert evaluate(call("greatest", IN, J, lit(2, INT), type_=INT), INT, i=5) == 5
    assert evaluate(call("least", IN, J, type_=INT), INT) is None


def test_integers_turn_to_floats_where_the_branches_mix() -> None:
    value = evaluate(call("coalesce", IN, X, type_=FLOAT), FLOAT, i=1)
    assert isinstance(value, float)


@pytest.mark.parametrize(
    ("node", "type_", "record", "expected"),
    [
        (call("add", X, Y, type_=FLOAT), FLOAT, {"x": 1.5, "y": 2}, 3.5),
        (call("mul", X, X, type_=FLOAT), FLOAT, {"x": 1e300}, None),
        (call("div", X, Y, type_=FLOAT), FLOAT, {"x": 1, "y": 0}, None),
        (call("div", IN, J, type_=FLOAT), FLOAT, {"i": 7, "j": 2}, 3.5),
        (call("mod", IN, J, type_=INT), INT, {"i": -7, "j": 2}, -1),
        (call("mod", IN, J, type_=INT), INT, {"i": 7, "j": 0}, None),
        (call("mod", X, Y, type_=FLOAT), FLOAT, {"x": -7.5, "y": 2}, -1.5),
        (call("neg", IN, type_=INT), INT, {"i": 3}, -3),
        (call("power", X, Y, type_=FLOAT), FLOAT, {"x": -8, "y": 0.5}, None),
        (call("sqrt", X, type_=FLOAT), FLOAT, {"x": -1}, None),
        (call("ln", X, type_=FLOAT), FLOAT, {"x": 0}, None),
        (call("round", X, type_=FLOAT), FLOAT, {"x": 2.5}, 3.0),
        (call("round", X, type_=FLOAT), FLOAT, {"x": -2.5}, -3.0),
        (call("round", X, lit(1, INT), type_=FLOAT), FLOAT, {"x": 0.25}, 0.3),
        (call("round", IN, lit(-2, INT), type_=INT), INT, {"i": 1250}, 1300),
        (call("floor", X, type_=FLOAT), FLOAT, {"x": -0.5}, -1.0),
        (call("ceil", X, type_=FLOAT), FLOAT, {"x": 0.5}, 1.0),
        (call("abs", X, type_=FLOAT), FLOAT, {"x": -0.5}, 0.5),
        (call("clamp", X, lit(0.0), lit(1.0), type_=FLOAT), FLOAT, {"x": 5}, 1.0),
        (call("substr", S, lit(2, INT), lit(2, INT), type_=STRING), STRING, {"s": "abcd"}, "bc"),
        (call("substr", S, lit(-2, INT), type_=STRING), STRING, {"s": "abcd"}, "cd"),
        (call("substr", S, lit(1, INT), lit(-2, INT), type_=STRING), STRING, {"s": "abcd"}, ""),
        (call("substr", S, lit(-3, INT), lit(2, INT), type_=STRING), STRING, {"s": "b"}, ""),
        (call("substr", S, lit(-3, INT), lit(3, INT), type_=STRING), STRING, {"s": "b"}, "b"),
        (call("split_part", S, lit("/", STRING), lit(2, INT), type_=STRING), STRING, {"s": "a/b"}, "b"),
        (call("split_part", S, lit("/", STRING), lit(3, INT), type_=STRING), STRING, {"s": "a/b"}, ""),
        (call("concat", S, T, type_=STRING), STRING, {"s": "a", "t": None}, None),
        (call("like", S, lit("a%_\\%", STRING)), BOOL, {"s": "abcd%"}, True),
        (call("like", S, T), BOOL, {"s": "a\nb", "t": "a_b"}, True),
        (call("like", S, lit("a.c", STRING)), BOOL, {"s": "abc"}, False),
        (call("regexp_like", S, lit("^a+$", STRING)), BOOL, {"s": "aa"}, True),
        (call("regexp_like", S, T), BOOL, {"s": "aa", "t": "("}, False),
        (call("regexp_extract", S, lit("(a+)b", STRING), lit(1, INT), type_=STRING), STRING, {"s": "xaab"}, "aa"),
        (call("regexp_extract", S, lit("c", STRING), type_=STRING), STRING, {"s": "xaab"}, None),
        (call("length", S, type_=INT), INT, {"s": "äöü"}, 3),
        (call("sha256", S, type_=STRING), STRING, {"s": ""}, EMPTY_SHA256),
        (call("replace", S, lit("", STRING), lit("x", STRING), type_=STRING), STRING, {"s": "ab"}, "ab"),
        (call("contains", S, T), BOOL, {"s": "abc", "t": "b"}, True),
        (call("cast_int", S, type_=INT), INT, {"s": "1_0"}, None),
        (call("cast_int", S, type_=INT), INT, {"s": " 12 "}, 12),
        (call("cast_int", X, type_=INT), INT, {"x": 1e30}, None),
        (call("cast_float", S, type_=FLOAT), FLOAT, {"s": "nan"}, None),
        (call("cast_bool", S), BOOL, {"s": "Yes"}, True),
        (call("cast_bool", S), BOOL, {"s": "perhaps"}, None),
        (call("cast_string", X, type_=STRING), STRING, {"x": 0.5}, "0.5"),
        (call("cast_timestamp", S, type_=TIMESTAMP), TIMESTAMP, {"s": "2026-01-02T03:04+01"}, "2026-01-02T02:04:00Z"),
        (call("cast_timestamp", S, type_=TIMESTAMP), TIMESTAMP, {"s": "yesterday"}, None),
        (call("is_null", X), BOOL, {"x": None}, True),
        (call("not", call("is_null", X)), BOOL, {"x": 1}, True),
    ],
)  # fmt: skip
def test_what_functions_compute(node: Call, type_: FieldType, record: dict[str, Any], expected: Any) -> None:
    value = evaluate(node, type_, **record)
    assert value == expected
    assert type(value) is type(expected)


MOMENT = {"at": "2026-05-31T13:45:59.123456Z", "to": "2027-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("second", "2026-05-31T13:45:59Z"),
        ("hour", "2026-05-31T13:00:00Z"),
        ("week", "2026-05-25T00:00:00Z"),
        ("month", "2026-05-01T00:00:00Z"),
        ("quarter", "2026-04-01T00:00:00Z"),
        ("year", "2026-01-01T00:00:00Z"),
    ],
)
def test_date_trunc(unit: str, expected: str) -> None:
    node = call("date_trunc", lit(unit, STRING), col("at", TIMESTAMP), type_=TIMESTAMP)
    assert evaluate(node, TIMESTAMP, **MOMENT) == expected


@pytest.mark.parametrize(
    ("unit", "part", "difference"),
    [
        ("second", 59, 18_526_441),
        ("day", 31, 215),
        ("month", 5, 8),
        ("quarter", 2, 3),
        ("year", 2026, 1),
        ("week", 22, 31),
    ],
)
def test_extract_and_date_diff(unit: str, part: int, difference: int) -> None:
    extract = call("extract", lit(unit, STRING), col("at", TIMESTAMP), type_=INT)
    assert evaluate(extract, INT, **MOMENT) == part
    diff = call("date_diff", lit(unit, STRING), col("at", TIMESTAMP), col("to", TIMESTAMP), type_=INT)
    assert evaluate(diff, INT, **MOMENT) == difference


@pytest.mark.parametrize("name", ["add", "sub", "mul"])
def test_integer_overflow_makes_the_record_a_dead_letter_and_disturbs_no_other(name: str) -> None:
    node = call(name, IN, J, type_=INT)
    job = pipeline(plan(NULLABLE, mapped(NULLABLE, value=(node, INT))))
    emission = job.process(batch(b'{"i":-9223372036854775808,"j":9223372036854775807}\n{"i":2,"j":1}', position=7))
    if name != "add":
        assert [(letter.step, letter.reason, letter.position) for letter in emission.dead] == [
            ("map", "integer overflow", 7)
        ]
    assert rows(emission)[-1]["value"] == {"add": 3, "sub": 1, "mul": 2}[name]
    count = emission.counts["map"]
    assert count.entered == count.passed + count.dead


def test_overflow_in_a_filter_is_a_dead_letter_of_the_filter() -> None:
    node = call("gt", call("mul", IN, IN, type_=INT), lit(10, INT))
    emission = pipeline(plan(NULLABLE, filtered(node, NULLABLE))).process(
        batch(b'{"i":9223372036854775807}\n{"i":4}\n{"i":1}\n{}')
    )
    assert [letter.step for letter in emission.dead] == ["filter"]
    count = emission.counts["filter"]
    assert (count.entered, count.passed, count.filtered, count.dead) == (4, 1, 2, 1)


def test_context_is_read_per_device_and_per_batch() -> None:
    step = mapped(
        NULLABLE,
        site=(Context("device.labels.site"), STRING),
        absent=(Context("device.labels.absent"), STRING),
        topic=(Context("source.topic"), STRING),
        partition=(Context("source.partition"), STRING),
    )
    emission = pipeline(plan(NULLABLE, step)).process(batch(b"{}", context={"topic": "a/b"}))
    row = rows(emission)[0]
    assert [row[name] for name in ("site", "absent", "topic", "partition")] == ["plant-7", None, "a/b", "p"]


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-01-01T12:00:00Z", "2026-01-01T13:00:00Z"),
        ("2026-07-01T12:00:00Z", "2026-07-01T14:00:00Z"),
        ("2026-03-29T00:59:59Z", "2026-03-29T01:59:59Z"),
        ("2026-03-29T01:00:00Z", "2026-03-29T03:00:00Z"),
        ("9999-12-31T23:30:00Z", None),
        (None, None),
    ],
)
def test_at_time_zone_is_what_clocks_there_show(moment: str | None, shown: str | None) -> None:
    node = call("at_time_zone", col("at", TIMESTAMP), lit("Europe/Vienna", STRING), type_=TIMESTAMP)
    assert evaluate(node, TIMESTAMP, at=moment) == shown


def test_a_time_zone_that_is_unknown_here_or_not_written_out_is_invalid() -> None:
    for zone in (lit("Mars/Olympus", STRING), col("s", STRING)):
        with pytest.raises(Invalid, match="time zone"):
            evaluate(call("at_time_zone", col("at", TIMESTAMP), zone, type_=TIMESTAMP), TIMESTAMP, at=None)


@pytest.mark.filterwarnings("error")
def test_a_constant_is_never_null_and_python_has_nothing_to_warn_of() -> None:
    assert evaluate(call("is_null", lit("a", STRING)), FieldType.BOOL) is False
    assert not passes(call("not", call("not", call("is_null", lit(0.5)))))


def test_long_chains_of_and_are_flat() -> None:
    node: Expression = A
    for _ in range(150):
        node = call("and", node, A)
    assert passes(node, a=True)


def test_a_plan_nested_too_deeply_is_invalid() -> None:
    node: Expression = X
    for _ in range(400):
        node = call("add", node, X, type_=FLOAT)
    with pytest.raises(Invalid, match="nested too deeply"):
        pipeline(plan(NULLABLE, mapped(NULLABLE, value=(node, FLOAT))))


def test_front_end_and_engine_know_the_same_functions() -> None:
    operators = {"and", "or", "not", "is_null", "in", "between", "case", "like", "div", "mod", "neg"}
    operators |= {"eq", "ne", "lt", "le", "gt", "ge", "add", "sub", "mul"}
    operators |= {f"cast_{type_}" for type_ in FieldType}
    assert set(STRICT) | SPECIAL == set(FUNCTIONS) | set(PLANNED) | operators
