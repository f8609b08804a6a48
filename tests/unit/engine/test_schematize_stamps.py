"""Timestamps as schematize, parse and explode read them."""

from __future__ import annotations

import pytest

from edge_orch.errors import Invalid
from edge_orch.plan.formats import CsvFormat, Format, RegexFormat
from edge_orch.plan.schema import Field, Schema
from edge_orch.plan.steps import Explode, Parse
from tests.unit.engine.plans import STRING, TIMESTAMP, batch, parsed, pipeline, plan, rows, schematize
from tests.unit.engine.reading import read, reasons

KEY_VALUE = RegexFormat(r"a=(?P<a>\S*)(?: b=(?P<b>.*))?")


@pytest.mark.parametrize(
    ("form", "json", "text", "expected"),
    [
        ("unix_s", b"1767225600.25", "1767225600.25", "2026-01-01T00:00:00.250000Z"),
        ("unix_ms", b"1767225600001", "1767225600001", "2026-01-01T00:00:00.001000Z"),
        ("unix_us", b"1767225600000001", "1767225600000001", "2026-01-01T00:00:00.000001Z"),
        ("unix_ns", b"1767225600000001999", "1767225600000001999", "2026-01-01T00:00:00.000001Z"),
        ("unix_ns", b'"1767225600000001999"', "1767225600000001999", "2026-01-01T00:00:00.000001Z"),
        ("unix_ms", b'"1767225600001"', "1767225600001", "2026-01-01T00:00:00.001000Z"),
        ("rfc3339", b'"2026-01-01T01:00:00+01:00"', "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z"),
        ("rfc3339", b'"2026-01-01T00:00:00"', "2026-01-01T00:00:00", "2026-01-01T00:00:00Z"),
        ("%Y-%m-%d %H:%M:%S", b'"2026-01-01 00:00:00"', "2026-01-01 00:00:00", "2026-01-01T00:00:00Z"),
        ("%Y-%m-%d %H:%M:%S", b'"2026-1-1 0:0:0"', "2026-1-1 0:0:0", "2026-01-01T00:00:00Z"),
        ("%d.%m.%Y", b'"01.01.2026"', "01.01.2026", "2026-01-01T00:00:00Z"),
    ],
)
def test_timestamps_of_each_format(form: str, json: bytes, text: str, expected: str) -> None:
    field = parsed("b", TIMESTAMP, format=form)
    assert read(b'{"b":' + json + b"}", field)[0] == [{"b": expected}]
    assert read(f"a=x b={text}".encode(), field, kind=KEY_VALUE)[0] == [{"b": expected}]


@pytest.mark.parametrize(
    ("form", "json"),
    [
        ("unix_s", b"1e15"),
        ("unix_ns", b"99999999999999999999999999"),
        ("unix_s", b'"1"'),
        ("unix_ms", b'"now"'),
        ("rfc3339", b'"2026-02-30T00:00:00Z"'),
        ("rfc3339", b'"0001-01-01T00:00:00+14:00"'),
        ("%Y-%m-%d %H:%M:%S", b'"2026-W01-1 00:00:00"'),
    ],
)
def test_what_is_no_such_timestamp(form: str, json: bytes) -> None:
    found, dead = read(b'{"b":' + json + b"}", parsed("b", TIMESTAMP, format=form))
    assert not found
    assert dead[0].field == "b"


def test_a_zone_applies_to_stamps_without_an_offset_only() -> None:
    field = parsed("b", TIMESTAMP, zone="Europe/Vienna")
    found, _ = read(b'{"b":"2026-07-01T12:00:00"}\n{"b":"2026-07-01T12:00:00Z"}', field)
    assert [row["b"] for row in found] == ["2026-07-01T10:00:00Z", "2026-07-01T12:00:00Z"]
    with pytest.raises(Invalid, match="unknown time zone"):
        pipeline(plan(schematize(parsed("b", TIMESTAMP, zone="Europe/Nowhere"))))


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (None, b'{"a":"Jan  2 03:04:05"}\n{"a":null}\n{"a":"?"}\n'),
        (CsvFormat(("a",), header=False), b'Jan  2 03:04:05\n""\n?\n'),
        (RegexFormat("a=(?P<a>.*)"), b"a=Jan 02 03:04:05\na=\na=?\n"),
    ],
    ids=["json", "csv", "regex"],
)
def test_a_stamp_without_a_year_lies_near_its_arrival(kind: Format | None, payload: bytes) -> None:
    stamp = parsed("a", TIMESTAMP, required=False, format="%b %d %H:%M:%S")
    found, dead = read(payload, stamp, kind=kind)
    assert found == [{"a": "1970-01-02T03:04:05Z"}, {"a": None}]
    assert reasons(dead) == [(2, "a", "is not a timestamp of the form '%b %d %H:%M:%S'")]


def test_a_stamp_without_a_year_lies_near_the_record_it_is_parsed_from() -> None:
    came = schematize(parsed("at", TIMESTAMP), parsed("line", STRING), parsed("list", STRING, json=True), time="at")
    stamp = parsed("ts", TIMESTAMP, format="%b %d %H:%M:%S")
    schema = Schema((*came.schema.fields, Field("ts", TIMESTAMP, True)), "at")
    parse = Parse("read", "parse", "line", RegexFormat("(?P<ts>.*)"), (stamp,), schema)
    without = Schema(tuple(field for field in schema.fields if field.name != "list"), "at")
    explode = Explode("out", "parse", "list", (stamp,), without)
    payload = b'{"at":"2021-01-01T00:00:00Z","line":"Dec 31 23:00:00","list":[{"ts":"Jan 01 00:00:01"}]}\n'
    for step, found in ((parse, "2020-12-31T23:00:00Z"), (explode, "2021-01-01T00:00:01Z")):
        assert [row["ts"] for row in rows(pipeline(plan(came, step)).process(batch(payload)))] == [found]
