"""What a person would write by hand over msgspec for that one job: no accounts, no state to save, no plan.

After the throw-away prototype that this engine was designed from.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import fsum
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from benchmarks.engine.blocks import BLOCK, blocks
from benchmarks.engine.contenders.contender import Contender, python
from benchmarks.engine.facts import META, TEXT

DECODE_ERRORS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Reading(msgspec.Struct, gc=False):
    """A line of NDJSON."""

    ts: float
    sensor: str
    line: str
    temp_c: float
    vib: float
    fw: str
    status: str


class Enriched(msgspec.Struct, gc=False):
    """What J2 writes."""

    ts: float
    sensor: str
    temp_c: float
    vib: float
    fw: str
    status: str
    site: str = META["site"]
    device: str = META["device"]
    job: str = META["job"]


class Window(msgspec.Struct, gc=False):
    """What J3 writes."""

    window_start: str
    window_end: str
    revision: int
    sensor: str
    n: int
    avg: float
    max: float
    p95: float


class Hot(msgspec.Struct, gc=False):
    """A hot reading, with its time as text."""

    ts: str
    sensor: str
    line: str
    temp_c: float
    vib: float
    fw: str
    status: str


_encode = msgspec.json.Encoder().encode_lines
_decoder = msgspec.json.Decoder(Reading)


def j1(folder: Path) -> None:
    """Filter; a payload with a damaged line is decoded line by line, and what is no reading is kept with the reason."""
    decode, decode_lines = _decoder.decode, _decoder.decode_lines
    with _open(folder, "out") as out, _open(folder, "dead") as dead:
        for payload in blocks(0):
            try:
                readings = decode_lines(payload)
            except DECODE_ERRORS:
                readings, letters = [], []
                for line in payload.removesuffix(b"\n").split(b"\n"):
                    try:
                        readings.append(decode(line))
                    except DECODE_ERRORS as error:
                        letters.append((line, str(error)))
                dead.write(_encode(letters))
            out.write(_encode([r for r in readings if -40 < r.temp_c < 200 and r.status == "ok"]))


def j2(folder: Path) -> None:
    """Match, filter, enrich."""
    fullmatch = re.compile(TEXT.pattern).fullmatch
    with _open(folder, "out") as out:
        for payload in blocks(0):
            rows = []
            for line in payload.split(b"\n"):
                match = fullmatch(line.decode())
                if match is None:
                    continue
                ts, sensor, temp, vib, fw, status = match.groups()
                temp_c = float(temp)
                if -40 < temp_c < 200 and status == "ok":
                    rows.append(Enriched(float(ts), sensor, temp_c, float(vib), fw, status))
            out.write(_encode(rows))


def j3(folder: Path) -> None:
    """Lists of values by sensor for the one open window."""
    values: dict[str, list[float]] = {}
    current = 0

    def close(out: BinaryIO) -> None:
        start, end = stamp(current), stamp(current + 10)
        rows = []
        for sensor, found in values.items():
            n = len(found)
            average = fsum(found) / n
            found.sort()
            place = (n - 1) * 0.95
            low = int(place)
            p95 = found[low] + (found[min(low + 1, n - 1)] - found[low]) * (place - low)
            rows.append(Window(start, end, 0, sensor, n, average, found[-1], p95))
        values.clear()
        out.write(_encode(rows))

    with _open(folder, "windows") as windows, _open(folder, "hot") as hot:
        for payload in blocks(0):
            rows = []
            for r in _decoder.decode_lines(payload):
                temp = r.temp_c
                if -40 < temp < 200 and r.status == "ok":
                    start = int(r.ts // 10) * 10
                    if start != current:
                        if values:
                            close(windows)
                        current = start
                    found = values.get(r.sensor)
                    if found is None:
                        values[r.sensor] = [temp]
                    else:
                        found.append(temp)
                    if temp > 90:
                        rows.append(Hot(stamp(r.ts), r.sensor, r.line, temp, r.vib, r.fw, r.status))
            if rows:
                hot.write(_encode(rows))
        close(windows)


def j6(folder: Path) -> None:
    """J1, a record at a time."""
    decode, encode = _decoder.decode, msgspec.json.Encoder().encode
    with _open(folder, "out") as out:
        for payload in blocks(0):
            for line in payload.splitlines():
                r = decode(line)
                if -40 < r.temp_c < 200 and r.status == "ok":
                    out.write(encode(r) + b"\n")


LOOPS: dict[str, Callable[[Path], None]] = {"j1": j1, "j2": j2, "j3": j3, "j5": j1, "j6": j6}


def _open(folder: Path, name: str) -> BinaryIO:
    return (folder / f"{name}.ndjson").open("wb", buffering=BLOCK)


def stamp(seconds: float) -> str:
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")[:-6]
    return text.removesuffix(".000000") + "Z"


def _prepare(job: str, _source: Path, folder: Path) -> Sequence[str] | None:
    return python("by_hand", job, str(folder)) if job in LOOPS else None


CONTENDER = Contender("by hand", lambda: True, _prepare)


def main(job: str, folder: str) -> Any:
    """Do the job over standard input."""
    LOOPS[job](Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
