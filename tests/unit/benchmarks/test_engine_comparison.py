"""The benchmark's own eyes: does it see what is wrong?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.engine.comparison import differences

Records = list[dict[str, Any]]

EXPECTED: dict[str, Any] = {
    "out": [{"n": 1, "x": 0.1}, {"n": 2, "x": 0.2}],
    "rows": [{"window_start": "b", "n": 1}, {"window_start": "a", "n": 2}],
    "dead": 3,
}
ROWS = [{"window_start": "a", "n": 2}, {"window_start": "b", "n": 1}]


def written(folder: Path, out: Records, rows: Records, dead: int = 3) -> Path:
    for name, records in (("out", out), ("rows", rows)):
        (folder / f"{name}.ndjson").write_text("".join(json.dumps(record) + "\n" for record in records))
    (folder / "counts.json").write_text(json.dumps({"dead": dead}))
    return folder


def test_the_same_records_are_the_same_windows_in_any_order(tmp_path: Path) -> None:
    assert not differences(EXPECTED, written(tmp_path, [{"n": 1, "x": 0.1 + 1e-12}, {"n": 2, "x": 0.2}], ROWS))


@pytest.mark.parametrize(
    ("out", "rows", "dead"),
    [
        ([{"n": 1, "x": 0.1}], ROWS, 3),
        ([{"n": 2, "x": 0.2}, {"n": 1, "x": 0.1}], ROWS, 3),
        ([{"n": 1, "x": 0.1}, {"n": 2, "x": 0.2001}], ROWS, 3),
        ([{"n": 1, "x": 0.1}, {"n": 2}], ROWS, 3),
        (EXPECTED["out"], [ROWS[0], {"window_start": "b", "n": 9}], 3),
        (EXPECTED["out"], ROWS, 2),
    ],
)
def test_what_is_wrong_is_seen(
    tmp_path: Path, out: list[dict[str, Any]], rows: list[dict[str, Any]], dead: int
) -> None:
    assert len(differences(EXPECTED, written(tmp_path, out, rows, dead))) == 1
