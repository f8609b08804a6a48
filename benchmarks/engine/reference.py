"""What each job must bring forth, worked out slowly with the standard library and nothing of the engine's.

Outputs by name, each a list of records in order; `dead` is the number of lines that are no records, `opened` and
`resolved` the numbers of episodes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.engine.facts import FIELDS, META, NUMBERS, PII_KEY, TEXT, TEXTS

Record = dict[str, Any]
Expected = dict[str, Any]

HALLS = {
    **{"L0": ("north", 88.5), "L1": ("north", 88.0), "L2": ("north", 86.0)},
    **{"L3": ("south", 90.0), "L4": ("south", 90.5), "L5": ("south", 85.0)},
}


def j1(source: Path) -> Expected:
    """Filtered NDJSON; also of damaged lines (J5)."""
    dead: list[int] = []
    return {"out": [record for record in _readings(source, dead) if _good(record)], "dead": len(dead)}


def j2(source: Path) -> Expected:
    """Parsed text."""
    found = []
    for line in source.read_text().splitlines():
        match = TEXT.fullmatch(line)
        assert match is not None
        ts, sensor, temp, vib, fw, status = match.groups()
        record = {"ts": float(ts), "sensor": sensor, "temp_c": float(temp), "vib": float(vib), "fw": fw}
        record |= {"status": status, **META}
        if _good(record):
            found.append(record)
    return {"out": found, "dead": 0}


def j3(source: Path) -> Expected:
    """Ten-second windows, and hot readings."""
    hot: list[Record] = []
    windows: dict[tuple[int, str], list[float]] = {}
    for record in _readings(source, []):
        if _good(record):
            windows.setdefault((_window(record, 10), record["sensor"]), []).append(record["temp_c"])
            if record["temp_c"] > 90:
                hot.append({**record, "ts": _stamp(record["ts"])})
    rows = [
        {"window_start": _stamp(start), "window_end": _stamp(start + 10), "revision": 0, "sensor": sensor}
        | {"n": len(temps), "avg": math.fsum(temps) / len(temps), "max": max(temps), "p95": _quantile(temps, 0.95)}
        for (start, sensor), temps in windows.items()
    ]
    return {"hot": hot, "windows": rows, "dead": 0}


def j4(source: Path) -> Expected:
    """Twenty steps."""
    brief: list[Record] = []
    bands: dict[tuple[int, str, str], list[tuple[float, float]]] = {}
    episodes = {"overheating": _Episodes(), "shaken": _Episodes()}
    seen: dict[tuple[str, float], float] = {}
    for record in _readings(source, []):
        identity = (record["sensor"], record["ts"])
        if identity in seen or record["status"] != "ok":
            seen[identity] = record["ts"]
            continue
        seen[identity] = record["ts"]
        temp, vib, line = record["temp_c"], record["vib"], record["line"]
        hall, limit = HALLS.get(line, (None, None))
        band = "hot" if temp >= 85 else "cold" if temp < 60 else "normal"
        excess = temp - limit if limit is not None and temp > limit else 0.0
        shaking = "strong" if vib > 2.5 else "some" if vib > 1 else "none"
        sensor = hmac.new(PII_KEY.encode(), record["sensor"].encode(), hashlib.sha256).hexdigest()
        bands.setdefault((_window(record, 10), line, band), []).append((temp, vib))
        episodes["overheating"].take(line, opens=temp > 92, clears=not temp > 92)
        episodes["shaken"].take(line, opens=vib > 2.99, clears=vib < 2)
        if (band != "normal" or excess > 0) and shaking == "strong":
            brief.append(
                {"ts": _stamp(record["ts"]), "sensor": sensor, "line": line, "hall": hall, "site": META["site"]}
                | {"temp_f": temp * 1.8 + 32, "band": band, "excess": excess, "shaking": shaking}
                | {"parity": "odd" if int(record["sensor"][6:9]) % 2 else "even", "fw": record["fw"][:3]}
            )
    rows: list[Record] = []
    minutes: dict[tuple[int, str], list[tuple[int, float]]] = {}
    for (start, line, band), values in bands.items():
        temps, vibs = zip(*values, strict=True)
        row = {"n": len(temps), "avg_c": math.fsum(temps) / len(temps), "max_vib": max(vibs)}
        rows.append(_row(start, 10, line) | {"band": band} | row)
        minutes.setdefault((start // 60 * 60, line), []).append((len(temps), max(vibs)))
    rolled = [
        _row(start, 60, line) | {"n": sum(n for n, _ in parts), "max_vib": max(vib for _, vib in parts)}
        for (start, line), parts in minutes.items()
    ]
    opened, resolved = (sum(each.counts[place] for each in episodes.values()) for place in (0, 1))
    return {"brief": brief, "bands": rows, "minutes": rolled, "dead": 0, "opened": opened, "resolved": resolved}


REFERENCES: dict[str, Callable[[Path], Expected]] = {"j1": j1, "j2": j2, "j3": j3, "j4": j4, "j5": j1, "j6": j1}


class _Episodes:
    """A rule without holds: one episode a key at a time."""

    def __init__(self) -> None:
        self.open: set[str] = set()
        self.counts = [0, 0]

    def take(self, key: str, *, opens: bool, clears: bool) -> None:
        if key not in self.open and opens:
            self.open.add(key)
            self.counts[0] += 1
        elif key in self.open and clears:
            self.open.remove(key)
            self.counts[1] += 1


def _readings(source: Path, dead: list[int]) -> Iterator[Record]:
    for number, line in enumerate(_lines(source)):
        record = _reading(line)
        if record is None:
            dead.append(number)
        else:
            yield record


def _lines(source: Path) -> Iterable[bytes]:
    with source.open("rb") as file:
        for line in file:
            yield line.rstrip(b"\n")


def _reading(line: bytes) -> Record | None:
    try:
        record = json.loads(line.decode())
    except ValueError:
        return None
    if not isinstance(record, dict):
        return None
    numbers = all(type(record.get(name)) in {int, float} for name in NUMBERS)
    if not numbers or not all(type(record.get(name)) is str for name in TEXTS):
        return None
    return {name: record[name] for name in FIELDS}


def _good(record: Record) -> bool:
    return bool(-40 < record["temp_c"] < 200 and record["status"] == "ok")


def _window(record: Record, seconds: int) -> int:
    return int(record["ts"] // seconds) * seconds


def _row(start: int, seconds: int, line: str) -> Record:
    return {"window_start": _stamp(start), "window_end": _stamp(start + seconds), "revision": 0, "line": line}


def _stamp(seconds: float) -> str:
    moment = datetime.fromtimestamp(round(seconds * 1000) / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ").replace(".000000Z", "Z")


def _quantile(values: list[float], fraction: float) -> float:
    order = sorted(values)
    place = (len(order) - 1) * fraction
    low = math.floor(place)
    return order[low] + (order[min(low + 1, len(order) - 1)] - order[low]) * (place - low)
