"""Bytes written per byte delivered: as the kernel counts the agent's (`write_bytes`), and as its file system does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from benchmarks.agent.bench import SETTLE_S, Bench
from benchmarks.agent.bus import Publisher, reading
from benchmarks.agent.jobs import BUS, FEED
from benchmarks.process import written

STEADY_S = 20
FAST_S = 60
FAST_PER_S = 10_000
TICK_S = 0.01
FIRST_FED = 10_000_000
"""Numbers that the bus does not reach."""


async def measure_wear(bench: Bench, publisher: Publisher) -> dict[str, float]:
    """At a steady 100 records a second and in bursts of ten every 100 ms, both by MQTT; and at 10,000 a second.

    Those are appended to a file: a publisher at QoS 1 and its broker would need more of the machine than the agent.
    """
    await bench.plant.roll_out(BUS, FEED)
    feed = Feed(bench.folder / "feed.in")

    async def listening() -> bool:
        publisher.publish(1)
        return bool(bench.sink.records)

    await bench.plant.until("a record arrives", listening, 20)

    async def publish(count: int) -> None:
        await asyncio.to_thread(publisher.publish, count)

    # The fast one first: until the log has its full length each commit makes it longer, which costs journal blocks.
    kernel, system, offered, taken = await _written(
        bench, feed, Load(feed.append, round(FAST_PER_S * TICK_S), TICK_S, FAST_S)
    )
    found = _named("at_10000_per_s", kernel, system)
    found |= {"of_10000_per_s_offered": offered, "of_10000_per_s_taken": taken}
    for name, load in (
        ("at_100_per_s", Load(publish, 1, TICK_S, STEADY_S)),
        ("in_bursts_of_10", Load(publish, 10, 0.1, STEADY_S)),
    ):
        kernel, system, _, _ = await _written(bench, publisher, load)
        found |= _named(name, kernel, system)
    return found


def _named(name: str, kernel: float, system: float | None) -> dict[str, float]:
    of_disk = {} if system is None else {f"file_system_per_delivered_byte_{name}": system}
    return {f"written_per_delivered_byte_{name}": kernel, **of_disk}


class Load(msgspec.Struct, frozen=True):
    """`at_once` records every `every_s`, for so many `seconds`."""

    offer: Callable[[int], Awaitable[None]]
    at_once: int
    every_s: float
    seconds: float


class Feed:
    """Appends numbered readings to a file that the agent follows. `sent`: the number of the last."""

    def __init__(self, path: Path) -> None:
        self.sent = FIRST_FED
        self._file = path.open("ab", buffering=0)

    async def append(self, count: int) -> None:
        """So many more."""
        numbers = range(self.sent + 1, self.sent + count + 1)
        self._file.write(b"".join(reading(number) + b"\n" for number in numbers))
        self.sent += count


async def _written(bench: Bench, source: Publisher | Feed, load: Load) -> tuple[float, float | None, int, int]:
    """Both ratios, and the records a second that were offered, and taken by the sink."""
    if bench.sink.records[source.sent]:
        await bench.all_in(source.sent)
    await asyncio.sleep(SETTLE_S)
    wear_before, disk_before, delivered_before = written(bench.pid), bench.disk_written(), bench.sink.bytes
    begin = time.monotonic()
    ticks = round(load.seconds / load.every_s)
    for number in range(1, ticks + 1):
        await load.offer(load.at_once)
        await asyncio.sleep(max(0.0, begin + number * load.every_s - time.monotonic()))
    offered_s = time.monotonic() - begin
    await bench.all_in(source.sent)
    taken_s = time.monotonic() - begin
    await asyncio.sleep(SETTLE_S)
    delivered = bench.sink.bytes - delivered_before
    kernel = round((written(bench.pid) - wear_before) / delivered, 2)
    disk = bench.disk_written()
    system = None if disk is None or disk_before is None else round((disk - disk_before) / delivered, 2)
    records = ticks * load.at_once
    return kernel, system, round(records / offered_s), round(records / taken_s)
