"""The three jobs as plans, and for each the loop that a person would write by hand over msgspec.

J1: NDJSON → filter → NDJSON. J2: raw text → regular expression → filter → enrich → NDJSON. J3: NDJSON → filter →
10-second windows by sensor (count, avg, max, p95), and hot readings in full.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from math import fsum
from typing import Any

import msgspec

from edge_orch.plan.expression import Call, Column, Context, Literal
from edge_orch.plan.formats import Format, JsonFormat, RegexFormat
from edge_orch.plan.plan import Limits, Output, Plan, Source
from edge_orch.plan.schema import Field, FieldType, Schema
from edge_orch.plan.steps import SOURCE, Aggregate, Aggregation, Assignment, Filter, Map, ParsedField, Schematize, Step
from edge_orch.plan.windows import TumblingWindow
from edge_orch.time import SECOND

BOOL, INT, FLOAT, STRING, TIMESTAMP = FieldType
PATTERN = (
    r"(?P<ts>\d+\.\d+) (?P<sensor>\S+) TEMP=(?P<temp_c>-?\d+(?:\.\d+)?)C VIB=(?P<vib>\d+(?:\.\d+)?)"
    r" FW=(?P<fw>\S+) st=(?P<status>\S+)"
)
META = {"site": "plant-7", "device": "edge-0042", "job": "press@12"}

Loop = Callable[[bytes], Iterator[tuple[str, bytes]]]


def _schematize(ts: FieldType, format_: Format, names: tuple[str, ...]) -> Schematize:
    types = {"ts": ts, "temp_c": FLOAT, "vib": FLOAT}
    fields = tuple(ParsedField(name, types.get(name, STRING), (name,), format="unix_s") for name in names)
    schema = Schema(tuple(Field(field.name, field.type, True) for field in fields), "ts" if ts is TIMESTAMP else None)
    return Schematize("parse", SOURCE, format_, fields, schema)


TEMP = Column("temp_c", FLOAT, True)
GOOD = Call(
    "and",
    (
        Call("gt", (TEMP, Literal(-40.0, FLOAT)), BOOL, True),
        Call("lt", (TEMP, Literal(200.0, FLOAT)), BOOL, True),
        Call("eq", (Column("status", STRING, True), Literal("ok", STRING)), BOOL, True),
    ),
    BOOL,
    True,
)
JSON_NAMES = ("ts", "sensor", "line", "temp_c", "vib", "fw", "status")
TEXT_NAMES = ("ts", "sensor", "temp_c", "vib", "fw", "status")


def _plan(*steps: Step, **outputs: str) -> Plan:
    made = tuple(Output(name, step, "sink") for name, step in outputs.items())
    return Plan("bench", {}, None, (), Source("file", {}), steps, made, (), Limits())


def j1_plan() -> Plan:
    """NDJSON → filter → NDJSON."""
    parse = _schematize(FLOAT, JsonFormat(), JSON_NAMES)
    return _plan(parse, Filter("good", "parse", GOOD, parse.schema), out="good")


def j2_plan() -> Plan:
    """Raw text → regular expression → filter → enrich → NDJSON."""
    parse = _schematize(FLOAT, RegexFormat(PATTERN), TEXT_NAMES)
    good = Filter("good", "parse", GOOD, parse.schema)
    assignments = tuple(Assignment(name, Context(f"device.labels.{name}")) for name in META)
    schema = Schema((*parse.schema.fields, *(Field(name, STRING) for name in META)))
    return _plan(parse, good, Map("enrich", "good", assignments, schema), out="enrich")


def j3_plan() -> Plan:
    """NDJSON → filter → windows, and hot readings."""
    parse = _schematize(TIMESTAMP, JsonFormat(), JSON_NAMES)
    good = Filter("good", "parse", GOOD, parse.schema)
    hot = Filter("hot", "good", Call("gt", (TEMP, Literal(90.0, FLOAT)), BOOL, True), parse.schema)
    schema = Schema(
        (
            Field("window_start", TIMESTAMP, True),
            Field("sensor", STRING, True),
            Field("n", INT, True),
            Field("avg", FLOAT),
            Field("max", FLOAT),
            Field("p95", FLOAT),
        ),
        "window_start",
    )
    compute = (
        Aggregation("n", "count", INT),
        Aggregation("avg", "avg", FLOAT, TEMP),
        Aggregation("max", "max", FLOAT, TEMP),
        Aggregation("p95", "quantile", FLOAT, TEMP, 0.95),
    )
    windows = Aggregate("windows", "good", TumblingWindow(10 * SECOND), ("sensor",), compute, schema)
    return _plan(parse, good, hot, windows, hot="hot", windows="windows")


_TYPES = {"ts": float, "temp_c": float, "vib": float}


class _Reading(msgspec.Struct, gc=False):
    ts: float
    sensor: str
    line: str
    temp_c: float
    vib: float
    fw: str
    status: str


_encode = msgspec.json.Encoder().encode_lines


def j1_loop() -> Loop:
    """By hand: one decode, one comprehension, one encode."""
    decode_lines = msgspec.json.Decoder(_Reading).decode_lines

    def process(payload: bytes) -> Iterator[tuple[str, bytes]]:
        yield "out", _encode([r for r in decode_lines(payload) if -40 < r.temp_c < 200 and r.status == "ok"])

    return process


def j2_loop() -> Loop:
    """By hand: one match, one struct a line."""
    fullmatch = re.compile(PATTERN).fullmatch
    fields = [(name, _TYPES.get(name, str)) for name in TEXT_NAMES]
    enriched: Any = msgspec.defstruct(
        "Enriched", [*fields, *((name, str, value) for name, value in META.items())], gc=False
    )

    def process(payload: bytes) -> Iterator[tuple[str, bytes]]:
        rows = []
        for line in payload.split(b"\n"):
            match = fullmatch(line.decode())
            if match is None:
                continue
            ts, sensor, temp, vib, fw, status = match.groups()
            temp_c = float(temp)
            if -40 < temp_c < 200 and status == "ok":
                rows.append(enriched(float(ts), sensor, temp_c, float(vib), fw, status))
        yield "out", _encode(rows)

    return process


def j3_loop() -> Loop:
    """By hand: lists of values by sensor for the one open window; an empty payload closes it."""
    decode_lines = msgspec.json.Decoder(_Reading).decode_lines
    window: Any = msgspec.defstruct(
        "Window",
        [("window_start", str), ("sensor", str), ("n", int), ("avg", float), ("max", float), ("p95", float)],
        gc=False,
    )
    hot: Any = msgspec.defstruct("Hot", [(name, object) for name in JSON_NAMES], gc=False)
    values: dict[str, list[float]] = {}
    current = 0

    def close() -> bytes:
        start = datetime.fromtimestamp(current, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        rows = []
        for sensor, found in values.items():
            n = len(found)
            average = fsum(found) / n
            found.sort()
            place = (n - 1) * 0.95
            low = int(place)
            p95 = found[low] + (found[min(low + 1, n - 1)] - found[low]) * (place - low)
            rows.append(window(start, sensor, n, average, found[-1], p95))
        values.clear()
        return _encode(rows)

    def process(payload: bytes) -> Iterator[tuple[str, bytes]]:
        nonlocal current
        rows = []
        for r in decode_lines(payload):
            temp = r.temp_c
            if -40 < temp < 200 and r.status == "ok":
                start = int(r.ts // 10) * 10
                if start != current:
                    if values:
                        yield "windows", close()
                    current = start
                found = values.get(r.sensor)
                if found is None:
                    values[r.sensor] = [temp]
                else:
                    found.append(temp)
                if temp > 90:
                    ts = datetime.fromtimestamp(r.ts, UTC).isoformat(timespec="microseconds")[:-6] + "Z"
                    rows.append(hot(ts.replace(".000000Z", "Z"), r.sensor, r.line, temp, r.vib, r.fw, r.status))
        if rows:
            yield "hot", _encode(rows)
        if not payload and values:
            yield "windows", close()

    return process
