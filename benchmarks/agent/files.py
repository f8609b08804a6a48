"""File → agent → file or HTTP sink, everything durable, beside the engine alone on the same bytes and the same core."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
import zlib
from pathlib import Path

from benchmarks.agent.bench import SETTLE_S, Bench, Watch
from benchmarks.agent.jobs import J1, J1_HTTP, J2, J2_FILE, plan
from benchmarks.engine.data import readings
from benchmarks.process import cpu_s, written
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device
from edge_orch.errors import EdgeOrchError
from edge_orch.time import Instant

CHUNK = 256 * 1024
LABELS = {"site": "bench", "role": "press"}
JOBS = {"j1": J1, "j2": J2, "j1-http": J1_HTTP, "j2-file": J2_FILE}
LOOK_S = 0.01
"""How often it is looked whether everything has arrived: a tenth of a second would be a twentieth of what J1 takes."""


async def measure_files(bench: Bench, rows: int, rounds: int) -> dict[str, float]:
    """For each job the agent's rate by wall clock and by processor time, each over the engine's; and what it took.

    Raises `EdgeOrchError` if the agent's output is not, byte for byte, what the engine brings forth.
    """
    core = max(os.sched_getaffinity(0))
    found: dict[str, float] = {"file_rows": rows}
    for name, text in JOBS.items():
        data = await asyncio.to_thread(_write_input, bench.folder / f"{name}.data", rows, as_text="j2" in name)
        await bench.plant.roll_out(text)
        bench.pin(core)
        pairs = []
        wear_before, delivered = written(bench.pid), 0.0
        async with Watch(bench.pid) as watch:
            for _ in range(rounds):
                alone = await asyncio.to_thread(_engine_alone, name, data, core)
                pairs.append((alone, await _through_agent(bench, name, data, alone)))
                delivered += alone["bytes"]
        await asyncio.sleep(SETTLE_S)
        figures = {
            "rows_per_s": round(rows / statistics.median(wall for _, (wall, _) in pairs)),
            "engine_rows_per_s": round(rows / statistics.median(alone["wall_s"] for alone, _ in pairs)),
            "ratio": round(statistics.median(alone["wall_s"] / wall for alone, (wall, _) in pairs), 2),
            "cpu_ratio": round(statistics.median(alone["cpu_s"] / cpu for alone, (_, cpu) in pairs), 2),
            "cpu_s_per_million": round(statistics.median(cpu for _, (_, cpu) in pairs) / rows * 1e6, 2),
            "peak_pss_mb": watch.peak,
            "written_per_delivered_byte": round((written(bench.pid) - wear_before) / delivered, 2),
        }
        found |= {f"{name.replace('-', '_')}_{figure}": value for figure, value in figures.items()}
    return found


async def _through_agent(bench: Bench, name: str, data: Path, alone: dict[str, float]) -> tuple[float, float]:
    """Seconds and processor seconds from the moment the file is there to the last byte in the sink."""
    out, posted = bench.folder / f"{name}.out", "/bulk" in JOBS[name]
    before = out.stat().st_size if out.exists() else 0
    bench.sink.bulk_bytes = bench.sink.bulk_crc = 0

    def arrived() -> int:
        return bench.sink.bulk_bytes if posted else out.stat().st_size - before if out.exists() else 0

    fresh = data.with_suffix(".fresh")
    with fresh.open("wb") as file:  # writing it out is no work of the agent's
        file.write(data.read_bytes())
        os.fsync(file.fileno())
    cpu_before, began = cpu_s(bench.pid), time.monotonic()
    fresh.rename(data.with_suffix(".in"))

    async def there() -> bool:
        return arrived() >= alone["bytes"]

    await bench.plant.until(f"{name} is through", there, 120, LOOK_S)
    took, used = time.monotonic() - began, cpu_s(bench.pid) - cpu_before
    crc = bench.sink.bulk_crc if posted else zlib.crc32(out.read_bytes()[before:])
    if (arrived(), crc) != (alone["bytes"], alone["crc"]):
        raise EdgeOrchError(f"{name}: what the agent delivered is not what the engine brings forth")
    return took, used


def _write_input(path: Path, rows: int, *, as_text: bool) -> Path:
    path.write_bytes(b"".join(lines[as_text] + b"\n" for lines in readings(rows)))
    return path


def _engine_alone(name: str, data: Path, core: int) -> dict[str, float]:
    """In a process of its own: what it took, how many bytes came out, and their checksum."""
    command = [sys.executable, "-m", "benchmarks.agent.files", name, str(data), str(core)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def main() -> None:
    """Read the file in blocks cut at line ends, run the engine, throw the output away: no file, no commit."""
    name, path, core = sys.argv[1:]
    os.sched_setaffinity(0, {int(core)})
    pipeline = Pipeline(plan(JOBS[name]), device=Device("bench-press-line", LABELS))
    partition, now = str(Path(path).with_suffix(".in")), Instant(0, 0, "bench")
    began, cpu_before = time.monotonic(), time.process_time()
    size, crc, rows, rest = 0, 0, 0, b""
    checking = 0.0
    with Path(path).open("rb") as file:
        while block := file.read(CHUNK):
            whole = rest + block
            end = whole.rfind(b"\n") + 1
            payload, rest = whole[:end], whole[end:]
            emission = pipeline.process(Batch(partition, payload, now, rows))
            rows += payload.count(b"\n")
            at = time.process_time()
            for chunk in emission.outputs.values():
                size += len(chunk.data)
                crc = zlib.crc32(chunk.data, crc)
            checking += time.process_time() - at
    wall_s, used_s = time.monotonic() - began - checking, time.process_time() - cpu_before - checking
    print(json.dumps({"wall_s": wall_s, "cpu_s": used_s, "bytes": size, "crc": crc}))


if __name__ == "__main__":
    main()
