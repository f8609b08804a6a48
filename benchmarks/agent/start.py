"""From the start of the agent's process to its first record in the sink, with a job and a backlog waiting."""

from __future__ import annotations

import asyncio
import os
import statistics
from pathlib import Path

from benchmarks.agent.bench import Bench
from benchmarks.agent.bus import Publisher
from benchmarks.agent.drain import first_record
from benchmarks.process import cpu_s

STARTS = 5


async def measure_start(bench: Bench, publisher: Publisher) -> dict[str, float]:
    """Killed and started again, as after every boot: seconds by the wall clock, median and worst, and of processor."""
    await first_record(bench, publisher)
    took, used = [], []
    for _ in range(STARTS):
        starts = bench.plant.agent.starts
        bench.plant.agent.kill()
        await asyncio.to_thread(publisher.publish, 10)

        async def delivered(number: int = publisher.sent, starts: int = starts) -> bool:
            return bench.plant.agent.starts > starts and bench.sink.records[number] > 0

        await bench.plant.until("the backlog is in the sink", delivered, 30)
        took.append(bench.sink.arrived - _started_at(bench.pid))
        used.append(cpu_s(bench.pid))
        await asyncio.sleep(1)
    return {
        "start_to_first_record_s": round(statistics.median(took), 2),
        "start_to_first_record_worst_s": round(max(took), 2),
        "start_cpu_s": round(statistics.median(used), 2),
    }


def _started_at(pid: int) -> float:
    """When the process began, on the clock that `time.clock_gettime(CLOCK_BOOTTIME)` reads (`/proc/PID/stat`, 22)."""
    ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    return ticks / os.sysconf("SC_CLK_TCK")
