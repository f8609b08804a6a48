"""`python -m … JOB SOURCE FOLDER`: the jobs as Bytewax dataflows."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from math import fsum
from pathlib import Path
from typing import Any

import bytewax.operators as op
import bytewax.operators.windowing as win
import msgspec
from bytewax.connectors.files import FileSink, FileSource
from bytewax.dataflow import Dataflow
from bytewax.testing import run_main

from benchmarks.engine.contenders.by_hand import DECODE_ERRORS, Enriched, Hot, Reading, Window, stamp
from benchmarks.engine.facts import TEXT

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_decode = msgspec.json.Decoder(Reading).decode
_encode = msgspec.json.Encoder().encode


def main(job: str, source: str, folder: str) -> None:
    """Run the job's dataflow."""
    flow = Dataflow(job)
    lines = op.input("in", flow, FileSource(Path(source), batch_size=2000))
    records = op.filter("good", op.filter_map("parse", lines, _matched if job == "j2" else _parsed), _is_good)
    if job != "j3":
        _write("out", records, folder)
    else:
        hot = op.filter("hot", records, lambda r: r.temp_c > 90)
        _write("hot", op.map("stamped", hot, _hot), folder)
        keyed = op.key_on("by_sensor", records, lambda r: r.sensor)
        clock: Any = win.EventClock(
            ts_getter=lambda r: datetime.fromtimestamp(r.ts, UTC), wait_for_system_duration=timedelta(seconds=10)
        )
        windower = win.TumblingWindower(length=timedelta(seconds=10), align_to=EPOCH)
        windows = win.fold_window("windows", keyed, clock, windower, list, _taken, lambda a, b: a + b)
        _write("windows", op.map("row", windows.down, _row), folder)
    run_main(flow)


def _parsed(line: str) -> Reading | None:
    try:
        return _decode(line)
    except DECODE_ERRORS:
        return None


def _matched(line: str) -> Enriched | None:
    match = TEXT.fullmatch(line)
    if match is None:
        return None
    ts, sensor, temp, vib, fw, status = match.groups()
    return Enriched(float(ts), sensor, float(temp), float(vib), fw, status)


def _is_good(record: Reading | Enriched) -> bool:
    return -40 < record.temp_c < 200 and record.status == "ok"


def _hot(r: Reading) -> Hot:
    return Hot(stamp(r.ts), r.sensor, r.line, r.temp_c, r.vib, r.fw, r.status)


def _taken(values: list[tuple[float, float]], r: Reading) -> list[tuple[float, float]]:
    values.append((r.ts, r.temp_c))
    return values


def _row(keyed: tuple[str, tuple[int, list[tuple[float, float]]]]) -> Window:
    sensor, (_, values) = keyed
    start = int(values[0][0] // 10) * 10
    temps = sorted(temp for _, temp in values)
    place = (len(temps) - 1) * 0.95
    low = int(place)
    p95 = temps[low] + (temps[min(low + 1, len(temps) - 1)] - temps[low]) * (place - low)
    return Window(stamp(start), stamp(start + 10), 0, sensor, len(temps), fsum(temps) / len(temps), temps[-1], p95)


def _write(name: str, records: Any, folder: str) -> None:
    texts = op.map(f"{name}_text", records, lambda record: (name, _encode(record).decode()))
    op.output(f"{name}_file", texts, FileSink(Path(folder, f"{name}.ndjson")))


if __name__ == "__main__":
    main(*sys.argv[1:])
