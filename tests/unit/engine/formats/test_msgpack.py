from __future__ import annotations

import struct
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.documents import document_reader
from edge_orch.engine.formats.msgpack import MOST_JSON
from edge_orch.engine.json_objects import Misfit, element_reader
from edge_orch.engine.records import Batch, StepCount
from edge_orch.plan.formats import MsgpackFormat
from edge_orch.plan.steps import ParsedField
from edge_orch.time import SECOND, Instant
from tests.unit.engine.plans import BOOL, FLOAT, INT, STRING, TIMESTAMP, parsed, pipeline, plan, rows, schematize

packed = msgspec.msgpack.encode
EVENT_TIME = msgspec.msgpack.Ext(0, struct.pack(">II", 1_767_225_600, 250_000_999))
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def read(record: bytes | str | None, *fields: ParsedField) -> tuple[Any, ...]:
    return document_reader(MsgpackFormat(), fields)(record)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (parsed("x", INT), 7, 7),
        (parsed("x", FLOAT), 7, 7.0),
        (parsed("x", BOOL), True, True),
        (parsed("x", STRING), "\u00b0", "\u00b0"),
        (parsed("x", STRING, required=False), None, None),
        (parsed("x", TIMESTAMP), "2026-01-01T01:00:00+01:00", 1_767_225_600 * SECOND),
        (parsed("x", TIMESTAMP), NEW_YEAR, 1_767_225_600 * SECOND),
        (parsed("x", TIMESTAMP), EVENT_TIME, 1_767_225_600 * SECOND + 250_000),
        (parsed("x", TIMESTAMP, format="unix_s"), 1.5, 1_500_000),
        (parsed("x", TIMESTAMP, format="unix_ms"), 1_500, 1_500_000),
        (parsed("x", TIMESTAMP, format="unix_ms"), NEW_YEAR, 1_767_225_600 * SECOND),
        (parsed("x", TIMESTAMP, required=False), None, None),
        (parsed("x", STRING, json=True), [1, {"a": b"\xff", "t": NEW_YEAR}],
         '[1,{"a":"/w==","t":"2026-01-01T00:00:00Z"}]'),
        (parsed("x", STRING, json=True), {1: EVENT_TIME}, '{"1":"2026-01-01T00:00:00.250000Z"}'),
        (parsed("x", STRING, json=True), [float("nan"), msgspec.msgpack.Ext(9, b"a")], '[null,"YQ=="]'),
        (parsed("x", STRING, json=True, required=False), None, None),
    ],
)  # fmt: skip
def test_a_field_is_what_lies_at_its_path(field: ParsedField, value: Any, expected: object) -> None:
    nested = msgspec.structs.replace(field, path=("a", "x"))
    record = packed({"b": {"x": "another"}, "a": {"x": value}})
    assert read(record, nested) == (expected,)
    assert read(b64encode(record).decode(), nested) == (expected,)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        (parsed("x", INT), 7.0, "Expected `int`, got `float`"),
        (parsed("x", INT), 1 << 63, "Expected `int` <= 9223372036854775807"),
        (parsed("x", FLOAT), "7", "Expected `float`, got `str`"),
        (parsed("x", FLOAT), float("nan"), "is not a finite number"),
        (parsed("x", FLOAT), float("inf"), "is not a finite number"),
        (parsed("x", FLOAT, min=5), 1, "Expected `float` >= 5.0"),
        (parsed("x", STRING), b"a", "Expected `str`, got `bytes`"),
        (parsed("x", STRING, pattern="[a-z]"), "7", "does not match [a-z]"),
        (parsed("x", TIMESTAMP), 7, "is no timestamp, but int"),
        (parsed("x", TIMESTAMP, format="unix_s"), "7", "is no timestamp, but str"),
        (parsed("x", TIMESTAMP, format="unix_s"), True, "is no timestamp, but bool"),
        (parsed("x", TIMESTAMP, format="unix_s"), float("nan"), "is not a finite number"),
        (parsed("x", TIMESTAMP), "soon", "is not an RFC 3339 timestamp"),
        (parsed("x", TIMESTAMP), None, "is null"),
        (parsed("x", STRING, json=True), None, "is null"),
        (parsed("x", STRING, json=True), {(1,): 2}, "has a key that JSON cannot have"),
        (parsed("x", STRING, json=True), "a" * MOST_JSON,
         f"has {MOST_JSON + 5:,} bytes; at most {MOST_JSON:,} become JSON"),
    ],
)  # fmt: skip
def test_a_field_that_does_not_fit_is_told(field: ParsedField, value: Any, reason: str) -> None:
    with pytest.raises(Misfit) as error:
        read(packed({"x": value}), field)
    assert (error.value.field, error.value.reason) == ("x", reason)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b"\x81\xa1x", "Input data was truncated"),
        (b"\xdf\xff\xff\xff\xff", "Input data was truncated"),
        (b"\x80\x80", "MessagePack data is malformed: trailing characters (byte 1)"),
        (b"\x90", "Expected `object`, got `array`"),
        (b"\x81\xa1y" + b"\x91" * 100_000, "is nested too deeply"),
        ("not base64!", "is not base64"),
    ],
)
def test_what_is_no_map_is_told_with_a_reason(record: bytes | str, reason: str) -> None:
    with pytest.raises(Misfit) as error:
        read(record, parsed("x", FLOAT, required=False))
    assert error.value.reason == reason


def test_the_whole_record_may_be_anything() -> None:
    field = parsed("all", STRING, path=(), json=True)
    assert read(packed(["tag", [[EVENT_TIME, {"a": 1}]]]), field) == (
        '["tag",[["2026-01-01T00:00:00.250000Z",{"a":1}]]]',
    )
    assert read(None, parsed("x", FLOAT, required=False)) == (None,)


def test_records_of_any_bytes_pass_or_die_and_are_all_accounted_for() -> None:
    running = pipeline(plan(schematize(parsed("x", INT), kind=MsgpackFormat())))
    records = [packed({"x": 10}), b"", b"\n", b"\xff", packed({"x": 32})]
    emission = running.process(Batch("p", records, Instant(0, 0, "boot"), 5))
    assert rows(emission) == [{"x": 10}, {"x": 32}]
    assert [(letter.position, letter.raw) for letter in emission.dead] == [(6, b""), (7, b"\n"), (8, b"\xff")]
    assert emission.counts["parse"] == StepCount(entered=5, passed=2, dead=3)


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.text(max_size=5)
    | st.floats(allow_nan=False, allow_infinity=False)
)
RULES = st.sampled_from([{}, {"required": False}, {"json": True}])


@given(VALUES | st.lists(VALUES, max_size=3), st.sampled_from([BOOL, INT, FLOAT, STRING]), RULES)
def test_what_json_says_is_read_as_json_reads_it(value: Any, type_: Any, rules: dict[str, bool]) -> None:
    field = parsed("x", STRING if "json" in rules else type_, **rules)
    try:
        expected: object = element_reader([field])(msgspec.json.encode({"x": value}))
    except Misfit as error:
        expected = error.reason
    except msgspec.ValidationError as error:
        expected = str(error).removesuffix(" - at `$.x`")
    try:
        found: object = read(packed({"x": value}), field)
    except Misfit as error:
        found = error.reason.replace("`None`", "`null`")
    assert found == expected
