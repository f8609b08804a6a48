"""Whether what a contender wrote is what the reference says."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from benchmarks.engine.reference import Expected, Record


def differences(expected: Expected, folder: Path) -> list[str]:
    """What is not as expected; empty if all is. Each output is the file `folder`/NAME.ndjson.

    Rows of windows may come in any order, and may have more columns than expected. Floats within 1e-9. The numbers of
    dead letters and episodes are compared if the contender wrote them (`counts.json`), or the letters (`dead.ndjson`).
    """
    found = []
    for name, records in expected.items():
        if isinstance(records, list):
            found += _records(name, records, _read(folder / f"{name}.ndjson"))
    letters = folder / "dead.ndjson"
    if letters.exists() and (told := len(_read(letters))) != expected["dead"]:
        found.append(f"dead: expected {expected['dead']}, found {told}")
    counts = folder / "counts.json"
    if counts.exists():
        counted = json.loads(counts.read_bytes())
        found += [
            f"{name}: expected {expected[name]}, found {counted[name]}"
            for name in ("dead", "opened", "resolved")
            if name in expected and expected[name] != counted.get(name)
        ]
    return found


def _read(path: Path) -> list[Record]:
    if not path.exists():
        return []
    with path.open("rb") as file:
        return [json.loads(line) for line in file]


def _records(name: str, expected: list[Record], found: list[Record]) -> list[str]:
    if len(expected) != len(found):
        return [f"{name}: expected {len(expected)} records, found {len(found)}"]
    if expected and "window_start" in expected[0]:
        expected, found = sorted(expected, key=_window), sorted(found, key=_window)
    for number, (right, ours) in enumerate(zip(expected, found, strict=True)):
        if not all(key in ours and _same(value, ours[key]) for key, value in right.items()):
            return [f"{name}: record {number} should be {right}, is {ours}"]
    return []


def _window(record: Record) -> tuple[str, ...]:
    return tuple(str(record.get(key)) for key in ("window_start", "sensor", "line", "band"))


def _same(right: Any, ours: Any) -> bool:
    if isinstance(right, float):
        return isinstance(ours, int | float) and math.isclose(right, ours, rel_tol=1e-9)
    return bool(right == ours)
