"""Bus → agent → HTTP sink: how fast a backlog drains beside a bare subscriber, and how late an alert is."""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import time

from benchmarks.agent.bench import SETTLE_S, Bench, Watch
from benchmarks.agent.bus import Publisher, start_subscriber
from benchmarks.agent.jobs import BUS
from benchmarks.process import cpu_s, memory, peak_rss, written

LIGHT_EVERY_S = 0.05
ALERT_EVERY = 5
ALERTS = 100


async def measure_drain(bench: Bench, publisher: Publisher, records: int, rounds: int) -> dict[str, float]:
    """Reader stopped (SIGSTOP), records published, reader continued: the time until the last record is in the sink.

    The bare subscriber (paho, the same window, throws everything away) goes through the same, in alternation, on the
    same bus. Medians of the rounds.
    """
    first = await first_record(bench, publisher)
    pid = bench.pid
    bare, agent, cpu, wear, delivered = [], [], 0.0, 0, 0
    async with Watch(pid) as watch:
        for _ in range(rounds):
            bare.append(records / await _bare(bench, publisher, records))
            await bench.all_in(publisher.sent)
            os.kill(pid, signal.SIGSTOP)
            await asyncio.to_thread(publisher.publish, records)
            cpu_before, wear_before, delivered_before = cpu_s(pid), written(pid), bench.sink.bytes
            began = time.monotonic()
            os.kill(pid, signal.SIGCONT)
            await bench.all_in(publisher.sent)
            agent.append(records / (time.monotonic() - began))
            await asyncio.sleep(SETTLE_S)
            cpu += cpu_s(pid) - cpu_before
            wear += written(pid) - wear_before
            delivered += bench.sink.bytes - delivered_before
    numbers = range(first, publisher.sent + 1)
    return {
        "agent_per_s": round(statistics.median(agent)),
        "bare_per_s": round(statistics.median(bare)),
        "ratio": round(statistics.median(mine / theirs for mine, theirs in zip(agent, bare, strict=True)), 2),
        "lost": sum(not bench.sink.records[number] for number in numbers),
        "duplicated": sum(bench.sink.records[number] > 1 for number in numbers),
        "cpu_s_per_million": round(cpu / (records * rounds) * 1e6, 1),
        "rss_mb": memory(pid).rss,
        "peak_rss_mb": peak_rss(pid),
        "peak_pss_mb": watch.peak,
        "written_per_delivered_byte": round(wear / delivered, 2),
    }


async def measure_latency(bench: Bench, publisher: Publisher) -> dict[str, float]:
    """20 records a second, and one in five opens an episode of its own: from just before PUBLISH to the webhook."""
    await first_record(bench, publisher)
    published: dict[str, float] = {}
    for number in range(ALERTS * ALERT_EVERY):
        hot = "" if number % ALERT_EVERY else f"hot-{number}"
        if hot:
            published[hot] = time.monotonic()
        await asyncio.to_thread(publisher.publish, 1, hot)
        await asyncio.sleep(LIGHT_EVERY_S)

    async def told() -> bool:
        return published.keys() <= bench.sink.alerts.keys()

    await bench.plant.until("every alert is told", told, 20)
    took = sorted((bench.sink.alerts[hot] - at) * 1000 for hot, at in published.items())
    return {
        "alert_p50_ms": round(statistics.median(took)),
        "alert_p99_ms": round(statistics.quantiles(took, n=100)[98]),
    }


async def first_record(bench: Bench, publisher: Publisher) -> int:
    """Roll the job out and wait until records arrive; the number of the first that counts."""
    await bench.plant.roll_out(BUS)

    async def listening() -> bool:
        publisher.publish(1)
        return bool(bench.sink.records)

    await bench.plant.until("a record arrives", listening, 20)
    await bench.all_in(publisher.sent)
    bench.sink.records.clear()
    return publisher.sent + 1


async def _bare(bench: Bench, publisher: Publisher, records: int) -> float:
    """Seconds that the bare subscriber takes; the agent, stopped meanwhile, drains the same records afterwards."""
    os.kill(bench.pid, signal.SIGSTOP)
    subscriber = await asyncio.to_thread(start_subscriber, bench.plant.bus.port, records)
    os.kill(subscriber.pid, signal.SIGSTOP)
    await asyncio.to_thread(publisher.publish, records)
    began = time.monotonic()
    os.kill(subscriber.pid, signal.SIGCONT)
    await asyncio.to_thread(subscriber.communicate)
    took = time.monotonic() - began
    os.kill(bench.pid, signal.SIGCONT)
    return took
