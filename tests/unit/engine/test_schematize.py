from __future__ import annotations

import pytest

from edge_orch.engine.records import DeadLetter
from edge_orch.errors import Invalid
from edge_orch.plan.formats import CsvFormat, Format, KeyValueFormat, RegexFormat
from edge_orch.plan.steps import ParsedField
from tests.unit.engine.plans import BOOL, FLOAT, INT, STRING, parsed, pipeline, plan, schematize
from tests.unit.engine.reading import read, reasons

CSV = CsvFormat(("a", "b"))
KEY_VALUE = RegexFormat(r"a=(?P<a>\S*)(?: b=(?P<b>.*))?")


def test_of_a_key_that_stands_twice_the_last_counts() -> None:
    found, dead = read(b'{"a":1,"a":2}\n{"a":1,"a":"x"}\n', parsed("a", FLOAT))
    assert (found, reasons(dead)) == ([{"a": 2.0}], [(1, "a", "Expected `float`, got `str`")])


DEFAULTS = (
    parsed("a", FLOAT, required=False, default=0.5),
    parsed("b", STRING, required=False, default="none"),
    parsed("c", BOOL, required=False, default=False),
)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (None, b'{"a":2,"b":"x","c":true}\n{"b":null}\n{"a":"?"}\n'),
        (CsvFormat(("a", "b", "c"), header=False), b"2,x,true\n,,\n?,,\n"),
        (RegexFormat("a=(?P<a>[^ ]*)(?: b=(?P<b>[^ ]*) c=(?P<c>.*))?"), b"a=2 b=x c=true\na=\na=?\n"),
    ],
    ids=["json", "csv", "regex"],
)
def test_a_default_stands_for_what_is_missing_not_for_what_is_wrong(kind: Format | None, payload: bytes) -> None:
    found, dead = read(payload, *DEFAULTS, kind=kind)
    assert found == [{"a": 2.0, "b": "x", "c": True}, {"a": 0.5, "b": "none", "c": False}]
    assert [letter.field for letter in dead] == ["a"]


def test_text_that_a_spreadsheet_would_calculate_is_text() -> None:
    line = b"=cmd|' /C calc'!A0,@SUM(1)\n"
    found, dead = read(line, parsed("a", STRING), parsed("b", STRING), kind=CsvFormat(("a", "b"), header=False))
    assert (found, dead) == ([{"a": "=cmd|' /C calc'!A0", "b": "@SUM(1)"}], [])


def test_json_is_typed_and_unknown_keys_are_ignored() -> None:
    found, dead = read(b'{"a":1,"b":"x","c":[{}]}\n', parsed("a", FLOAT), parsed("b", STRING))
    assert found == [{"a": 1.0, "b": "x"}]
    assert not dead


@pytest.mark.parametrize("kind", [None, CsvFormat(("a",), header=False), RegexFormat("(?P<a>.*)")])
def test_a_byte_order_mark_is_no_part_of_the_first_record_only(kind: Format | None) -> None:
    line = b'{"a":1}\n' if kind is None else b"1\n"
    mark = b"\xef\xbb\xbf"
    found, dead = read(mark + line + mark + line, parsed("a", FLOAT), kind=kind)
    assert (found, len(dead)) == ([{"a": 1.0}], 1)
    assert not read(mark + line, parsed("a", FLOAT), kind=kind, position=1)[0]


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (b'{"a":"1"}', "a", "Expected `float`, got `str`"),
        (b'{"a":null}', "a", "Expected `float`, got `null`"),
        (b'{"a":true}', "a", "Expected `float`, got `bool`"),
        (b"{}", "a", "Object missing required field `a`"),
        (b"[1]", "", "Expected `object`, got `array`"),
        (b'{"a":NaN}', "", "JSON is malformed: invalid character (byte 5)"),
        (b'{"a":1e999}', "a", "Number out of range"),
        (b'{"a":1}{"a":2}', "", "JSON is malformed: trailing characters (byte 8)"),
        (b'{"a":1', "", "Input data was truncated"),
        (b'{"a":1,"b":' + b"[" * 100_000, "", "is nested too deeply"),
        (b'{"a":1,"b":"\xff"}', "", "the record is not valid UTF-8"),
        (b'{"a":' + b"9" * 5000 + b"}", "a", "Number out of range"),
    ],
)
def test_a_bad_json_line_is_a_dead_letter_and_its_neighbours_go_on(line: bytes, field: str, reason: str) -> None:
    found, dead = read(b'{"a":1}\n' + line + b'\n{"a":2}', parsed("a", FLOAT), position=100)
    assert found == [{"a": 1.0}, {"a": 2.0}]
    assert dead == [DeadLetter(line, "parse", reason, "p", 101, field)]


def test_fields_are_named_as_the_job_names_them_not_by_path() -> None:
    _, dead = read(b'{"in":{"t":"x"}}\n{"in":{}}\n{}', parsed("temp", FLOAT, path=("in", "t")))
    assert [letter.field for letter in dead] == ["temp", "temp", "in"]


def test_nested_paths_required_and_optional() -> None:
    fields = (
        parsed("a", INT, path=("x", "a")),
        parsed("b", INT, path=("x", "y", "b"), required=False),
        parsed("c", INT, path=("z", "c"), required=False),
    )
    found, dead = read(b'{"x":{"a":1}}\n{"x":{"a":2,"y":{"b":3}},"z":null}\n{"x":{"a":4,"y":{}},"z":{"c":5}}', *fields)
    assert found == [{"a": 1, "b": None, "c": None}, {"a": 2, "b": 3, "c": None}, {"a": 4, "b": None, "c": 5}]
    assert not dead


def test_blank_lines_and_carriage_returns_are_no_records_but_are_numbered() -> None:
    found, dead = read(b'{"a":1}\r\n\r\n  \n{"a":2}\nx\n', parsed("a", INT))
    assert found == [{"a": 1}, {"a": 2}]
    assert [letter.position for letter in dead] == [4]


def test_records_that_come_singly_may_hold_newlines_and_none_is_blank() -> None:
    payload = [b'{"a":\n1}', b"", b"  ", b"\xff", b'{"a":2}']
    found, dead = read(payload, parsed("a", INT))
    assert found == [{"a": 1}, {"a": 2}]
    assert sorted(letter.position for letter in dead) == [1, 2, 3]


def test_bounds_and_patterns() -> None:
    fields = (
        parsed("a", INT, min=0.5, max=9.5),
        parsed("b", FLOAT, max=1.0, required=False),
        parsed("c", STRING, pattern=r"p-\d+", required=False),
    )
    payload = b'{"a":1}\n{"a":0}\n{"a":10}\n{"a":1,"b":1.5}\n{"a":1,"c":"p-1x"}\n{"a":1,"b":1,"c":"p-1"}'
    found, dead = read(payload, *fields)
    assert [row["a"] for row in found] == [1, 1]
    assert [(letter.position, letter.field) for letter in dead] == [(1, "a"), (2, "a"), (3, "b"), (4, "c")]
    assert dead[-1].reason == r"does not match p-\d+"


def test_csv_quotes_columns_and_header() -> None:
    fields = (parsed("a", STRING), parsed("b", FLOAT))
    payload = b'a,b\r\nx,1\r\n"x, ""y""",2\r\nx\r\nx,1,2\r\n"x,1\r\nx,1_0\r\nx,nan\r\nx,\r\n'
    found, dead = read(payload, *fields, kind=CSV)
    assert found == [{"a": "x", "b": 1.0}, {"a": 'x, "y"', "b": 2.0}]
    assert reasons(dead) == [
        (3, "", "has 1 columns, not 2"),
        (4, "", "has 3 columns, not 2"),
        (5, "", "has a quote out of place"),
        (6, "b", "is not a number"),
        (7, "b", "is not a finite number"),
        (8, "b", "is not a number"),
    ]
    assert dead[0].raw == b"x\r"


def test_the_csv_header_is_the_first_line_of_the_partition_only() -> None:
    fields = (parsed("b", STRING),)
    assert read(b"x,1\n", *fields, kind=CSV)[0] == []
    assert read(b"x,1\n", *fields, kind=CSV, position=1)[0] == [{"b": "1"}]
    assert read(b"x,1\n", *fields, kind=CsvFormat(("a", "b"), header=False))[0] == [{"b": "1"}]


def test_regex_groups_types_and_missing_ones() -> None:
    fields = (parsed("a", INT), parsed("b", BOOL))
    found, dead = read(b"a=1 b=true\na=1\na=x b=1\nno\na=99999999999999999999 b=1", *fields, kind=KEY_VALUE)
    assert found == [{"a": 1, "b": True}]
    assert reasons(dead) == [
        (1, "b", "is missing"),
        (2, "a", "is not an integer"),
        (3, "", "does not match the expression"),
        (4, "a", "does not fit in 64 bits"),
    ]


def test_an_optional_text_field_is_null_when_missing_or_empty_but_not_when_wrong() -> None:
    fields = (parsed("a", FLOAT, required=False), parsed("b", STRING, required=False))
    found, dead = read(b"a=\na=1 b=\na=x b=y", *fields, kind=KEY_VALUE)
    assert found == [{"a": None, "b": None}, {"a": 1.0, "b": None}]
    assert reasons(dead) == [(2, "a", "is not a number")]


@pytest.mark.parametrize("text", ["1_000", "١٢", "inf", "-Infinity", "nan", "0x10", "", "1e999"])
def test_numbers_in_text_are_stricter_than_python(text: str) -> None:
    found, dead = read(f"a={text}".encode(), parsed("a", FLOAT), kind=KEY_VALUE)
    assert not found
    assert dead[0].field == "a"


def test_a_regex_that_matches_nothing_at_all_still_skips_blank_lines() -> None:
    found, dead = read(b"\nx\n\n", parsed("a", STRING), kind=RegexFormat("(?P<a>.*)"))
    assert found == [{"a": "x"}]
    assert not dead


@pytest.mark.parametrize(
    "fields",
    [
        (parsed("a", INT, path=("x",)), parsed("b", INT, path=("x", "y"))),
        (parsed("a", INT, path=("x", "y")), parsed("b", INT, path=("x",))),
        (parsed("a", INT, path=("x",)), parsed("b", FLOAT, path=("x",))),
    ],
)
def test_two_fields_cannot_read_one_path_as_different_things(fields: tuple[ParsedField, ...]) -> None:
    with pytest.raises(Invalid, match="as different things"):
        pipeline(plan(schematize(*fields)))


def test_two_fields_may_read_one_path_alike() -> None:
    found, _ = read(b'{"x":1}', parsed("a", INT, path=("x",)), parsed("b", INT, path=("x",)))
    assert found == [{"a": 1, "b": 1}]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (CsvFormat(("a", "b"), header=False), b"1.5,x\n-,N/A\n2,-\n?,x\n"),
        (RegexFormat("(?P<a>[^,]*),(?P<b>.*)"), b"1.5,x\n-,N/A\n2,-\n?,x\n"),
        (KeyValueFormat(","), b"a=1.5,b=x\na=-,b=N/A\na=2,b=-\na=?,b=x\n"),
    ],
    ids=["csv", "regex", "key_value"],
)
def test_texts_that_mean_null(kind: Format, payload: bytes) -> None:
    nulls = ("-", "N/A")
    fields = (
        parsed("a", FLOAT, required=False, nulls=nulls),
        parsed("b", STRING, nulls=nulls, required=False, default="none"),
    )
    found, dead = read(payload, *fields, kind=kind)
    assert found == [{"a": 1.5, "b": "x"}, {"a": None, "b": "none"}, {"a": 2.0, "b": "none"}]
    assert reasons(dead) == [(3, "a", "is not a number")]
    found, dead = read(payload, parsed("a", FLOAT, nulls=nulls), parsed("b", STRING, nulls=nulls), kind=kind)
    assert found == [{"a": 1.5, "b": "x"}]
    assert reasons(dead) == [(1, "a", "is missing"), (2, "b", "is missing"), (3, "a", "is not a number")]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (CsvFormat(("a", "b"), header=False, delimiter=";"), b"1,5;2\n-0,25;\n1.5;3\n1.234,5;3\n1,2,3;4\n;5\n7;x\n"),
        (RegexFormat("(?P<a>[^;]*);(?P<b>.*)"), b"1,5;2\n-0,25;\n1.5;3\n1.234,5;3\n1,2,3;4\n;5\n7;x\n"),
        (KeyValueFormat(";"), b"a=1,5;b=2\na=-0,25;b=\na=1.5;b=3\na=1.234,5;b=3\na=1,2,3;b=4\na=;b=5\na=7;b=x\n"),
    ],
    ids=["csv", "regex", "key_value"],
)
def test_a_comma_before_the_fraction(kind: Format, payload: bytes) -> None:
    fields = (parsed("a", FLOAT, decimal=",", min=-1.0), parsed("b", FLOAT, required=False, decimal=","))
    found, dead = read(payload, *fields, kind=kind)
    assert found == [{"a": 1.5, "b": 2.0}, {"a": -0.25, "b": None}]
    comma = "is not a number with a comma"
    assert reasons(dead) == [
        (2, "a", comma), (3, "a", comma), (4, "a", "is not a number"), (5, "a", "is not a number"),
        (6, "b", "is not a number"),
    ]  # fmt: skip
    alone, _ = read(payload, parsed("a", FLOAT, decimal=","), kind=kind)
    assert [row["a"] for row in alone] == [1.5, -0.25, 7.0], "without bounds, as the quickest way would read it"
