"""eKuiper's published case: MQTT in, `temperature > 50`, file out; beside `kuiperd` itself where that is on PATH."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time

from benchmarks.agent.bench import Bench, Watch
from benchmarks.agent.bus import Publisher
from benchmarks.agent.jobs import KUIPER
from benchmarks.process import cpu_s

TOPIC = "bench/kuiper"


async def measure_kuiper(bench: Bench, publisher: Publisher, records: int) -> dict[str, float | str]:
    """A backlog drained: messages a second, processor seconds a million, the most memory; half of them are warm."""
    await bench.plant.roll_out(KUIPER)
    out = bench.folder / "kuiper.out"

    def rows() -> int:
        return out.read_bytes().count(b"\n") if out.exists() else 0

    def payload(number: int) -> bytes:
        return b'{"temperature":%d,"humidity":%d,"n":%d}' % (number % 100 + 1, number % 70, number)

    async def listening() -> bool:
        publisher.publish_to(TOPIC, [payload(50)])
        return rows() > 0

    await bench.plant.until("a record arrives", listening, 20)
    await asyncio.sleep(2)
    before = rows()
    os.kill(bench.pid, signal.SIGSTOP)
    await asyncio.to_thread(publisher.publish_to, TOPIC, [payload(number) for number in range(records)])
    cpu_before, began = cpu_s(bench.pid), time.monotonic()
    os.kill(bench.pid, signal.SIGCONT)

    async def there() -> bool:
        return rows() - before >= records // 2

    async with Watch(bench.pid) as watch:
        await bench.plant.until("all are through", there, 120)
    took = time.monotonic() - began
    return {
        "kuiper_case_per_s": round(records / took),
        "kuiper_case_cpu_s_per_million": round((cpu_s(bench.pid) - cpu_before) / records * 1e6, 1),
        "kuiper_case_peak_pss_mb": watch.peak,
        "kuiper_case_missing": records // 2 - (rows() - before),
        "kuiperd": "on PATH; not run beside it yet" if shutil.which("kuiperd") else "not on PATH",
    }
