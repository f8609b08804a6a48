from __future__ import annotations

from typing import Any

import pytest

from edge_orch.engine.fields import text_parser
from edge_orch.engine.records import StepCount
from edge_orch.engine.text_reader import first_reader, text_reader
from edge_orch.plan.formats import (
    CsvFormat,
    Format,
    InfluxFormat,
    JsonFormat,
    KeyValueFormat,
    RawFormat,
    RegexFormat,
    SyslogFormat,
)
from edge_orch.plan.schema import Field, Schema
from edge_orch.plan.steps import Parse, ParsedField, Reading, united
from edge_orch.time import SECOND
from tests.unit.engine.plans import (
    FLOAT,
    INT,
    STRING,
    TIMESTAMP,
    aggregate,
    batch,
    parsed,
    pipeline,
    plan,
    rows,
    schematize,
)

NEW_YEAR_2026 = 1_767_225_600 * SECOND


@pytest.mark.parametrize(
    ("format_", "fields", "text", "expected"),
    [
        (JsonFormat(), [parsed("n", INT, path=("a", "b"))], '{"a": {"b": 7}}', (7, "", "")),
        (
            JsonFormat(),
            [parsed("n", INT, path=("a", "b"))],
            '{"a": {"b": "x"}}',
            (None, "Expected `int`, got `str`", "n"),
        ),
        (JsonFormat(), [parsed("n", INT)], "x", (None, "JSON is malformed: invalid character (byte 0)", "")),
        (JsonFormat(), [parsed("n", INT, required=False)], None, (None, "", "")),
        (RegexFormat("(?P<n>[0-9]+)x"), [parsed("n", INT)], "12x", (12, "", "")),
        (RegexFormat("(?P<n>[0-9]+)x"), [parsed("n", INT)], "12", (None, "does not match the expression", "")),
        (RegexFormat("(?P<n>.*)"), [parsed("n", INT)], "x", (None, "is not an integer", "n")),
        (CsvFormat(("a", "n")), [parsed("n", FLOAT)], '"x, y",2.5', (2.5, "", "")),
        (CsvFormat(("a", "n")), [parsed("n", FLOAT)], "2.5", (None, "has 1 columns, not 2", "")),
        (CsvFormat(("a", "n")), [parsed("n", FLOAT)], 'a"b,"', (None, "has a quote out of place", "")),
        (KeyValueFormat(), [parsed("n", INT)], "a=b n=3", (3, "", "")),
        (KeyValueFormat(), [parsed("n", INT)], None, (None, "is missing", "n")),
        (InfluxFormat(), [parsed("n", FLOAT, path=("fields", "n"))], "m n=1.5 1", (1.5, "", "")),
        (RawFormat(), [parsed("n", STRING)], "as it is", ("as it is", "", "")),
        (
            SyslogFormat("rfc3164"),
            [parsed("at", TIMESTAMP, path=("timestamp",))],
            "<34>Dec 31 23:59:59 host app: text",
            (NEW_YEAR_2026 - SECOND, "", ""),
        ),
    ],
)
def test_texts(format_: Format, fields: list[ParsedField], text: str | None, expected: tuple[Any, ...]) -> None:
    assert text_reader(format_, fields)(text, NEW_YEAR_2026) == expected


def test_of_several_formats_the_first_that_fits_reads_the_text() -> None:
    readings: list[tuple[Format, list[ParsedField]]] = [
        (JsonFormat(), [parsed("n", INT), parsed("unit", STRING, required=False)]),
        (KeyValueFormat(), [parsed("who", STRING), parsed("n", INT)]),
    ]
    read = first_reader(readings, ["n", "unit", "who"])
    assert read('{"n": 7, "unit": "bar"}', 0) == (7, "bar", None, "", "")
    assert read("n=8 who=me", 0) == (8, None, "me", "", "")
    assert read("x=1 n=x who=me", 0) == (
        None,
        None,
        None,
        "fits no format: JSON is malformed: invalid character (byte 0); n is not an integer",
        "",
    )


def test_a_field_that_not_every_format_has_may_be_null() -> None:
    step = schematize(parsed("line", STRING))
    first, second = (
        (parsed("n", INT), parsed("a", INT)),
        (parsed("n", INT), parsed("b", INT, required=False, default=9)),
    )
    fields = united((first, second))
    assert [(field.name, field.required) for field in fields] == [("n", True), ("a", False), ("b", False)]
    schema = Schema((Field("line", STRING, True), *(Field(each.name, each.type, each.present) for each in fields)))
    parse = Parse("parse_line", "parse", "line", JsonFormat(), first, schema, (Reading(KeyValueFormat(), second),))
    told = rows(pipeline(plan(step, parse)).process(batch(b'{"line":"{\\"n\\":1,\\"a\\":2}"}\n{"line":"n=3"}')))
    assert [(row["n"], row["a"], row["b"]) for row in told] == [(1, 2, 9), (3, None, 9)]


def test_a_record_gains_fields_or_dies_and_may_take_its_time_from_them() -> None:
    step = schematize(parsed("line", STRING), parsed("app", STRING))
    fields = (parsed("at", TIMESTAMP, format="unix_s"), parsed("line", STRING))
    schema = Schema((Field("app", STRING, True), Field("at", TIMESTAMP, True), Field("line", STRING, True)), "at")
    parse = Parse("parse_line", "parse", "line", KeyValueFormat(), fields, schema)
    windows = aggregate(parse, by=("line",), size=10)
    job = plan(step, parse, windows, outputs={"out": "parse_line", "rows": "windows"})
    running = pipeline(job)

    emission = running.process(batch(b'{"app":"a","line":"at=12 line=x"}\n{"app":"b","line":"at=soon line=y"}'))

    assert rows(emission) == [{"app": "a", "at": "1970-01-01T00:00:12Z", "line": "x"}]
    assert emission.counts["parse_line"] == StepCount(entered=2, passed=1, dead=1)
    assert [(letter.position, letter.field, letter.reason) for letter in emission.dead] == [
        (1, "at", "is not a number"),
    ]
    assert rows(running.finish(), "rows")[0]["window_start"] == "1970-01-01T00:00:10Z"


def test_each_format_has_stamps_of_its_own() -> None:
    whole = parsed("ts", TIMESTAMP)
    partial = parsed("ts", TIMESTAMP, format="%b %d %H:%M:%S")
    readings = [(RegexFormat("(?P<ts>[0-9]+-.*)"), [whole]), (RegexFormat("(?P<ts>.*)"), [partial])]
    read = first_reader(readings, ["ts"])
    came = text_parser(whole)("2026-01-01T00:00:00Z")
    assert read("2025-05-06T00:00:00Z", came)[0] == text_parser(whole)("2025-05-06T00:00:00Z")
    assert read("Dec 31 23:59:59", came)[0] == came - 1_000_000
    assert read("Foo 31", came)[1].startswith("fits no format")


@pytest.mark.parametrize("line", ["1,a\rb", "2,a\r", ",", "3,"])
def test_a_line_of_csv_is_read_as_schematize_reads_it(line: str) -> None:
    """A carriage return inside was told as a quote out of place."""
    kind = CsvFormat(("n", "k"), header=False)
    fields = parsed("n", INT, required=False), parsed("k", STRING, required=False)
    (expected,) = rows(pipeline(plan(schematize(*fields, kind=kind))).process(batch([line.encode()])))
    assert text_reader(kind, fields)(line, 0) == (expected["n"], expected["k"], "", "")


def test_an_empty_text_is_one_empty_cell_of_csv() -> None:
    assert text_reader(CsvFormat(("k",)), [parsed("k", STRING, required=False)])("", 0) == (None, "", "")
