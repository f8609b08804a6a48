"""Readings of 50 sensors, the same for a seed on any machine: NDJSON, and the same readings as raw text."""

from __future__ import annotations

import random
from collections.abc import Iterator

START_S = 1_767_225_600  # 2026-01-01T00:00:00Z
SENSORS = 50
PER_SECOND = 1000


def readings(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """(JSON line, text line) without newlines; about 1 in 50 is filtered out by the jobs, 1 in 200 is hot."""
    generator = random.Random(seed)  # noqa: S311 - test data
    for number in range(count):
        ts = f"{START_S + number / PER_SECOND:.3f}"
        sensor = f"press-{generator.randrange(SENSORS):02d}"
        temp = f"{generator.gauss(60, 12):.2f}"
        vib = f"{generator.random():.3f}"
        status = "ok" if generator.random() > 0.02 else "err"
        line = f"line-{generator.randrange(8)}"
        yield (
            f'{{"ts":{ts},"sensor":"{sensor}","line":"{line}","temp_c":{temp},"vib":{vib},"fw":"1.4.2",'
            f'"status":"{status}"}}',
            f"{ts} {sensor} TEMP={temp}C VIB={vib} FW=1.4.2 st={status}",
        )


def batches(count: int, seed: int, rows: int) -> tuple[list[bytes], list[bytes]]:
    """Payloads of `rows` lines each: as NDJSON, and as text."""
    json_lines, text_lines = [], []
    for json_line, text_line in readings(count, seed):
        json_lines.append(json_line)
        text_lines.append(text_line)
    return _cut(json_lines, rows), _cut(text_lines, rows)


def _cut(lines: list[str], rows: int) -> list[bytes]:
    return ["".join(line + "\n" for line in lines[at : at + rows]).encode() for at in range(0, len(lines), rows)]
