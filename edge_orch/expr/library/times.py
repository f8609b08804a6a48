"""Functions of timestamps."""

from __future__ import annotations

from edge_orch.expr.library.function import INT, STRING, TIMESTAMP, Function

UNITS = ("microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")

TIMES: dict[str, Function] = {
    "date_trunc": Function(
        ("unit", TIMESTAMP),
        TIMESTAMP,
        "date_trunc('hour', ts): start of its hour, UTC",
        units=UNITS,
        example="date_trunc('hour', CAST('2026-01-02T03:04:05Z' AS timestamp))",
    ),
    "extract": Function(
        ("unit", TIMESTAMP),
        INT,
        "extract(hour FROM ts): a part of it, UTC",
        units=(
            *("millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year", "dow", "isodow"),
            *("doy", "isoyear", "epoch"),
        ),
        example="extract(hour FROM CAST('2026-01-02T03:04:05Z' AS timestamp))",
    ),
    "date_diff": Function(
        ("unit", TIMESTAMP, TIMESTAMP),
        INT,
        "date_diff('second', a, b): unit boundaries crossed from a to b",
        units=UNITS,
        example="date_diff('minute', ts, ts + INTERVAL '90' second)",
    ),
    "at_time_zone": Function(
        (TIMESTAMP, "zone"),
        TIMESTAMP,
        "at_time_zone(ts, 'Europe/Vienna'): what clocks there show, as if it were UTC; also ts AT TIME ZONE '…'",
        null="may_fail",
        example="at_time_zone(CAST('2026-01-02T03:04:05Z' AS timestamp), 'Europe/Vienna')",
    ),
    "time_bucket": Function(
        (
            "length",
            TIMESTAMP,
        ),
        TIMESTAMP,
        "time_bucket('15m', ts): start of its bin of that length, counted from 1970",
        example="time_bucket('15m', CAST('2026-01-02T03:04:05Z' AS timestamp))",
    ),
    "epoch_ms": Function((TIMESTAMP,), INT, "epoch_ms(ts): milliseconds since 1970", example="epoch_ms(ts)"),
    "epoch_us": Function((TIMESTAMP,), INT, "epoch_us(ts): microseconds since 1970", example="epoch_us(ts)"),
    "to_timestamp": Function(
        ("number",),
        TIMESTAMP,
        "to_timestamp(x): of seconds since 1970; NULL beyond the year 9999",
        null="may_fail",
        example="to_timestamp(1767225600)",
    ),
    "make_timestamp_ms": Function(
        (INT,),
        TIMESTAMP,
        "make_timestamp_ms(x): of milliseconds since 1970",
        null="may_fail",
        example="make_timestamp_ms(1767225600000)",
    ),
    "strptime": Function(
        (
            STRING,
            "form",
        ),
        TIMESTAMP,
        "strptime(text, '%d.%m.%Y %H:%M'): NULL if not of that form; UTC unless it has %z",
        null="may_fail",
        example="strptime('02.01.2026 03:04', '%d.%m.%Y %H:%M')",
    ),
    "strftime": Function(
        (
            TIMESTAMP,
            "written_form",
            "zone",
        ),
        STRING,
        "strftime(ts, '%Y-%m-%d', zone): as text, UTC unless a zone is named, months and days in English; %g: "
        "milliseconds, %:z: the offset as in RFC 3339",
        optional=1,
        example="strftime(CAST('2026-01-02T03:04:05Z' AS timestamp), '%Y-%m-%dT%H:%M:%S%:z', 'Europe/Vienna')",
        full="strftime_zone",
    ),
}
