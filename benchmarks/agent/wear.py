"""Bytes that the kernel says the agent had written to the block layer (`write_bytes`), per byte delivered."""

from __future__ import annotations

import asyncio
import time

from benchmarks.agent.bench import SETTLE_S, Bench
from benchmarks.agent.bus import Publisher
from benchmarks.agent.jobs import BUS
from benchmarks.process import written

STEADY_S = 20
FAST_S = 6
TICK_S = 0.01


async def measure_wear(bench: Bench, publisher: Publisher) -> dict[str, float]:
    """At a steady 100 records a second, at bursts of ten every 100 ms, and at 10,000 a second or what the bus takes."""
    await bench.plant.roll_out(BUS)

    async def listening() -> bool:
        publisher.publish(1)
        return bool(bench.sink.records)

    await bench.plant.until("a record arrives", listening, 20)
    slow, _ = await _written(bench, publisher, 1, TICK_S, STEADY_S)
    bursts, _ = await _written(bench, publisher, 10, 0.1, STEADY_S)
    fast, reached = await _written(bench, publisher, 100, TICK_S, FAST_S)
    return {
        "written_per_delivered_byte_at_100_per_s": slow,
        "written_per_delivered_byte_in_bursts_of_10": bursts,
        "written_per_delivered_byte_at_10000_per_s": fast,
        "of_10000_per_s_reached": reached,
    }


async def _written(
    bench: Bench, publisher: Publisher, at_once: int, every_s: float, seconds: float
) -> tuple[float, int]:
    """The ratio, and the records a second that were published."""
    await bench.all_in(publisher.sent)
    await asyncio.sleep(SETTLE_S)
    wear_before, delivered_before = written(bench.pid), bench.sink.bytes
    begin = time.monotonic()
    for number in range(round(seconds / every_s)):
        await asyncio.to_thread(publisher.publish, at_once)
        await asyncio.sleep(max(0.0, begin + number * every_s - time.monotonic()))
    took = time.monotonic() - begin
    await bench.all_in(publisher.sent)
    await asyncio.sleep(SETTLE_S)
    ratio = (written(bench.pid) - wear_before) / (bench.sink.bytes - delivered_before)
    return round(ratio, 2), round(seconds / every_s * at_once / took)
