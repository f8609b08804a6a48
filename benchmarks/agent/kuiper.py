"""eKuiper's published case: MQTT in, `temperature > 50`, file out; beside `kuiperd` itself where that is on PATH.

Both read from one broker at QoS 1, in a session that it keeps, each a topic of its own with the same messages. None
may be missing, and so `kuiperd` is told not to throw away what a step is too slow for, which is its default.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import statistics
import time
from pathlib import Path

import msgspec

from benchmarks import kuiperd
from benchmarks.agent.bench import SETTLE_S, Bench, Watch
from benchmarks.agent.bus import Publisher
from benchmarks.agent.kuiper_messages import PROBE, compare, is_warm, payload, rows
from benchmarks.agent.kuiper_readers import Ours, Reader, Theirs
from benchmarks.process import cpu_s, memory, peak_rss

QUIET_S = 15.0
LOOK_S = 0.5
WITHIN_S = 60.0


async def measure_kuiper(bench: Bench, publisher: Publisher, records: int, rounds: int) -> dict[str, float | str]:
    """Backlogs drained in turns; then a kill in the middle of one. Figures of each begin with its name."""
    ours = Ours(bench)
    found: dict[str, float | str] = {"kuiperd": "beside it" if kuiperd.present() else "not on PATH"}
    if not kuiperd.present():
        return found | await _measure(bench, publisher, [ours], records, rounds)
    theirs = Theirs(bench.folder / "kuiperd", bench.plant.bus.port)
    try:
        return found | await _measure(bench, publisher, [ours, theirs], records, rounds)
    finally:
        await theirs.stop()


async def _measure(
    bench: Bench, publisher: Publisher, readers: list[Reader], records: int, rounds: int
) -> dict[str, float | str]:
    for reader in readers:
        await reader.start()
        await _first(bench, publisher, reader)
    drains: dict[str, list[Drain]] = {reader.name: [] for reader in readers}
    for number in range(rounds):
        for reader in readers if number % 2 == 0 else readers[::-1]:
            drains[reader.name].append(await _drain(bench, publisher, reader, _numbers(number, records)))
    await asyncio.sleep(SETTLE_S)
    found: dict[str, float | str] = {**_ratios(*drains.values())} if len(readers) > 1 else {}
    for reader in readers:
        costs = _figures(reader.pid, drains[reader.name], records)
        await reader.finish()
        check = compare(range(rounds * records), rows(reader.file))
        await reader.be_safest()
        killed = await _killed(bench, publisher, reader, _numbers(rounds, records))
        figures: dict[str, float | str] = {**costs, **check, "acknowledges": reader.acknowledges, **killed}
        found |= {f"kuiper_case_{reader.name}_{name}": value for name, value in figures.items()}
    return found


class Drain(msgspec.Struct, frozen=True):
    """What one backlog cost; memory (PSS) in MiB."""

    wall_s: float
    cpu_s: float
    peak_pss: float


def _figures(pid: int, drains: list[Drain], records: int) -> dict[str, float]:
    return {
        "per_s": round(records / statistics.median(drain.wall_s for drain in drains)),
        "cpu_s_per_million": round(statistics.median(drain.cpu_s for drain in drains) / records * 1e6, 1),
        "rss_mb": memory(pid).rss,
        "peak_rss_mb": peak_rss(pid),
        "peak_pss_mb": max(drain.peak_pss for drain in drains),
    }


def _ratios(ours: list[Drain], theirs: list[Drain]) -> dict[str, float]:
    """Medians over the rounds: how many times their rate ours is, and what part of their processor time we take."""
    rounds = list(zip(ours, theirs, strict=True))
    return {
        "kuiper_case_rate_ratio": round(statistics.median(their.wall_s / our.wall_s for our, their in rounds), 2),
        "kuiper_case_cpu_ratio": round(statistics.median(our.cpu_s / their.cpu_s for our, their in rounds), 2),
    }


async def _first(bench: Bench, publisher: Publisher, reader: Reader) -> None:
    before = await reader.written()

    async def listening() -> bool:
        publisher.publish_to(reader.topic, [payload(PROBE)])
        return await reader.written() > before

    await bench.plant.until(f"a record is written by {reader.name}", listening, 20)
    await asyncio.sleep(SETTLE_S)


async def _publish_while_stopped(publisher: Publisher, reader: Reader, numbers: range) -> None:
    os.kill(reader.pid, signal.SIGSTOP)
    await asyncio.to_thread(publisher.publish_to, reader.topic, [payload(number) for number in numbers])


async def _drain(bench: Bench, publisher: Publisher, reader: Reader, numbers: range) -> Drain:
    wanted = await reader.written() + sum(map(is_warm, numbers))
    await _publish_while_stopped(publisher, reader, numbers)
    cpu_before, began = cpu_s(reader.pid), time.monotonic()
    os.kill(reader.pid, signal.SIGCONT)

    async def through() -> bool:
        return await reader.written() >= wanted

    async with Watch(reader.pid) as watch:
        await bench.plant.until(f"all are through {reader.name}", through, WITHIN_S)
    return Drain(time.monotonic() - began, cpu_s(reader.pid) - cpu_before, watch.peak)


async def _killed(bench: Bench, publisher: Publisher, reader: Reader, numbers: range) -> dict[str, float]:
    """SIGKILL after a quarter, and a new start.

    `lost` is what was neither in the file when it died nor in the one at the end; a file sink may begin its file anew
    when it starts, and what is missing from that is told apart.
    """
    await _first(bench, publisher, reader)
    before = await reader.written()
    await _publish_while_stopped(publisher, reader, numbers)
    os.kill(reader.pid, signal.SIGCONT)

    async def some() -> bool:
        return await reader.written() - before >= len(numbers) // 8

    await bench.plant.until(f"a quarter is through {reader.name}", some, WITHIN_S)
    await reader.kill()
    left = Path(shutil.copy(reader.file, reader.file.with_suffix(".left")))
    await reader.start()
    await _until_quiet(reader)
    await reader.finish()
    at_end = rows(reader.file)
    lost, missing = compare(numbers, rows(left) | at_end), compare(numbers, at_end)
    return {
        "killed_lost": lost["missing"],
        "killed_missing_in_its_file": missing["missing"],
        "killed_doubled": missing["doubled"],
    }


async def _until_quiet(reader: Reader) -> None:
    """Nothing more comes for `QUIET_S`, in which the slowest of starts fits."""
    latest, since = -1, time.monotonic()
    while time.monotonic() - since < QUIET_S:
        written = await reader.written()
        if written != latest:
            latest, since = written, time.monotonic()
        await asyncio.sleep(LOOK_S)


def _numbers(number: int, records: int) -> range:
    return range(number * records, (number + 1) * records)
