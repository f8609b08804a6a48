"""Readings of 200 sensors, the same for a seed on any machine: as NDJSON, as text, with damage, with repetitions."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

START_S = 1_767_225_600  # 2026-01-01T00:00:00Z
SENSORS = 200
PER_SECOND = 1000
SEED = 20260101
DAMAGED = 0.005
REPEATED = 0.01


class Inputs(msgspec.Struct, frozen=True):
    """The files that jobs read."""

    ndjson: Path
    text: Path
    dirty: Path
    plant: Path


def write_inputs(folder: Path, rows: int) -> Inputs:
    """Write them all."""
    inputs = Inputs(*(folder / name for name in ("clean.ndjson", "clean.txt", "dirty.ndjson", "plant.ndjson")))
    chance = random.Random(SEED + 1)  # noqa: S311 - test data
    with (
        inputs.ndjson.open("wb") as ndjson,
        inputs.text.open("wb") as text,
        inputs.dirty.open("wb") as dirty,
        inputs.plant.open("wb") as plant,
    ):
        for line, as_text in readings(rows):
            ndjson.write(line + b"\n")
            text.write(as_text + b"\n")
            dirty.write((chance.choice(DAMAGES)(line) if chance.random() < DAMAGED else line) + b"\n")
            plant.write(line + b"\n")
            if chance.random() < REPEATED:
                plant.write(line + b"\n")
    return inputs


def readings(rows: int) -> Iterator[tuple[bytes, bytes]]:
    """(JSON, text), without newlines. The jobs filter out about 1 in 50; 1 in 2,000 is hot."""
    generator = random.Random(SEED)  # noqa: S311 - test data
    for number in range(rows):
        ts = f"{START_S + number / PER_SECOND:.3f}"
        sensor = f"press-{generator.randrange(SENSORS):03d}"
        temp = f"{generator.gauss(70, 6):.2f}"
        vib = f"{generator.random() * 3:.3f}"
        status = "ok" if generator.random() > 0.02 else "err"
        line = f"L{generator.randrange(8)}"
        yield (
            f'{{"ts":{ts},"sensor":"{sensor}","line":"{line}","temp_c":{temp},"vib":{vib},"fw":"1.4.2",'
            f'"status":"{status}"}}'.encode(),
            f"{ts} {sensor} TEMP={temp}C VIB={vib} FW=1.4.2 st={status}".encode(),
        )


DAMAGES: list[Callable[[bytes], bytes]] = [
    lambda line: line[: len(line) // 2],
    lambda _line: b"\x00\x01~~ no JSON at all",
    lambda line: line.replace(b"press-", b"pr\xff\xfess-", 1),
    lambda line: line + b"}",
    lambda _line: b"[1,2,3]",
    lambda line: line.replace(b'"temp_c":', b'"temp_c":"n/a","x":', 1),
    lambda line: line.replace(b'"temp_c":', b'"x":', 1),
]
