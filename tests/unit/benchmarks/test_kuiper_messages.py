"""The eyes of eKuiper's case: do they see what is missing, doubled, torn or wrong?"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.agent.kuiper_messages import compare, is_warm, payload, rows

NUMBERS = range(45, 55)  # temperatures 46 to 55: five of them warm
WARM = [payload(number) for number in NUMBERS if is_warm(number)]


def told(folder: Path, lines: list[bytes]) -> dict[str, float]:
    file = folder / "rows"
    file.write_bytes(b"\n".join(lines))
    return compare(NUMBERS, rows(file))


@pytest.mark.parametrize(
    ("lines", "missing", "doubled", "not_warm"),
    [
        (WARM, 0, 0, 0),
        (WARM[::-1], 0, 0, 0),
        ([], 5, 0, 0),
        (WARM[1:], 1, 0, 0),
        ([*WARM, WARM[0]], 0, 1, 0),
        ([*WARM, payload(NUMBERS[0])], 0, 0, 1),
        ([*WARM[1:], WARM[0][:-3]], 1, 0, 0),
        ([*WARM[1:], WARM[0].replace(b'"humidity":', b'"humidity":1')], 1, 0, 0),
        ([*WARM, payload(NUMBERS.stop + 10)], 0, 0, 0),
    ],
)
def test_what_is_wrong_is_seen(tmp_path: Path, lines: list[bytes], missing: int, doubled: int, not_warm: int) -> None:
    assert told(tmp_path, lines) == {"missing": missing, "doubled": doubled, "not_warm": not_warm}
