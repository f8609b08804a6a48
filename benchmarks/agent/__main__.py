"""`python -m benchmarks.agent [--records N] [--rounds N]`, or `make bench-agent`: a table, and as the last line JSON.

mosquitto, controller, agent and HTTP sink on loopback. The job reads NDJSON, filters, delivers every record over HTTP
and watches an alert rule; records are acknowledged after the commit, all in one SQLite file, as always.

**Rate.** Reader stopped (SIGSTOP), N records published, reader continued: the time from there until the last record is
in the sink, with nobody publishing meanwhile. The bare subscriber (paho, the same window, throws everything away) goes
through the same, in alternation, on the same bus. Medians of the rounds.

**Latency** under light load: 20 records a second, and one in five opens an episode of its own; from just before PUBLISH
to the arrival of its notice at the webhook.

**Wear**: bytes that the kernel says the agent had written to the block layer (`write_bytes`), per byte delivered: while
draining, and at a steady 100 records a second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.agent.bus import Publisher, start_subscriber
from benchmarks.agent.sink import Sink
from benchmarks.plant import Plant
from benchmarks.process import cpu_s, memory, peak_rss, written
from edge_orch.errors import EdgeOrchError

JOB = """\
apiVersion: edge-orch/v1
kind: Job
metadata: {name: bench}
spec:
  source: {mqtt: {topic: bench/readings}}
  steps:
    - schematize:
        json: {}
        fields:
          n: int
          ts: {type: timestamp, format: unix_s}
          sensor: string
          line: string
          temp_c: {type: float, min: -40, max: 200}
          vib: float
          status: string
        time: ts
    - name: good
      filter: status = 'ok'
    - name: hot
      alert:
        when: temp_c > 90
        key: [sensor]
        severity: warning
        summary: '{sensor} is hot'
        notify: [people]
  outputs:
    records: {from: good, to: lake}
  sinks:
    lake: {http: {url: '${label:sink_url}/records'}}
    people: {webhook: {url: '${label:sink_url}/alerts'}}
"""
LIGHT_EVERY_S = 0.05
ALERT_EVERY = 5
ALERTS = 100
STEADY_S = 10
GOAL = 0.6
SETTLE_S = 1.5
"""For the commit of the last cursor and its checkpoint."""


class Bench:
    """One agent at work on one bus."""

    def __init__(self, folder: Path) -> None:
        self.plant = Plant(folder)
        self.sink = Sink()

    async def run(self, records: int, rounds: int) -> dict[str, float]:
        """All measurements, in order."""
        async with self.plant as plant:
            await self.sink.start()
            publisher = Publisher(plant.bus.port)
            try:
                await plant.start_agent({"sink_url": f"http://127.0.0.1:{self.sink.port}"})
                await plant.roll_out(JOB)

                async def listening() -> bool:
                    publisher.publish(1)
                    return bool(self.sink.records)

                await plant.until("a record arrives", listening, 20)
                await self._all_in(publisher.sent)
                self.sink.records.clear()
                self._first = publisher.sent + 1
                rates = await self._rates(publisher, records, rounds)
                return {**rates, **await self._latency(publisher), **await self._steady(publisher)}
            finally:
                publisher.close()
                await self.sink.stop()

    async def _rates(self, publisher: Publisher, records: int, rounds: int) -> dict[str, float]:
        pid = self._pid()
        bare, agent, cpu, wear, delivered = [], [], 0.0, 0, 0
        for _ in range(rounds):
            bare.append(records / await self._bare(publisher, records))
            await self._all_in(publisher.sent)
            os.kill(pid, signal.SIGSTOP)
            await asyncio.to_thread(publisher.publish, records)
            cpu_before, wear_before, delivered_before = cpu_s(pid), written(pid), self.sink.bytes
            began = time.monotonic()
            os.kill(pid, signal.SIGCONT)
            await self._all_in(publisher.sent)
            agent.append(records / (time.monotonic() - began))
            await asyncio.sleep(SETTLE_S)
            cpu += cpu_s(pid) - cpu_before
            wear += written(pid) - wear_before
            delivered += self.sink.bytes - delivered_before
        numbers = range(self._first, publisher.sent + 1)
        return {
            "agent_per_s": round(statistics.median(agent)),
            "bare_per_s": round(statistics.median(bare)),
            "ratio": round(statistics.median(mine / theirs for mine, theirs in zip(agent, bare, strict=True)), 2),
            "lost": sum(not self.sink.records[number] for number in numbers),
            "duplicated": sum(self.sink.records[number] > 1 for number in numbers),
            "cpu_s_per_million": round(cpu / (records * rounds) * 1e6, 1),
            "rss_mb": memory(pid).rss,
            "peak_rss_mb": peak_rss(pid),
            "written_per_delivered_byte": round(wear / delivered, 2),
        }

    async def _bare(self, publisher: Publisher, records: int) -> float:
        """Seconds that the bare subscriber takes; the agent, stopped meanwhile, drains the same records afterwards."""
        os.kill(self._pid(), signal.SIGSTOP)
        subscriber = await asyncio.to_thread(start_subscriber, self.plant.bus.port, records)
        os.kill(subscriber.pid, signal.SIGSTOP)
        await asyncio.to_thread(publisher.publish, records)
        began = time.monotonic()
        os.kill(subscriber.pid, signal.SIGCONT)
        await asyncio.to_thread(subscriber.communicate)
        took = time.monotonic() - began
        os.kill(self._pid(), signal.SIGCONT)
        return took

    async def _latency(self, publisher: Publisher) -> dict[str, float]:
        published: dict[str, float] = {}
        for number in range(ALERTS * ALERT_EVERY):
            hot = "" if number % ALERT_EVERY else f"hot-{number}"
            if hot:
                published[hot] = time.monotonic()
            await asyncio.to_thread(publisher.publish, 1, hot)
            await asyncio.sleep(LIGHT_EVERY_S)

        async def told() -> bool:
            return published.keys() <= self.sink.alerts.keys()

        await self.plant.until("every alert is told", told, 20)
        took = sorted((self.sink.alerts[hot] - at) * 1000 for hot, at in published.items())
        return {
            "alert_p50_ms": round(statistics.median(took)),
            "alert_p99_ms": round(statistics.quantiles(took, n=100)[98]),
        }

    async def _steady(self, publisher: Publisher) -> dict[str, float]:
        """A hundred records a second, one every ten milliseconds."""
        pid = self._pid()
        await self._all_in(publisher.sent)
        await asyncio.sleep(SETTLE_S)
        wear_before, delivered_before = written(pid), self.sink.bytes
        begin = time.monotonic()
        for number in range(STEADY_S * 100):
            await asyncio.to_thread(publisher.publish, 1)
            await asyncio.sleep(max(0.0, begin + number / 100 - time.monotonic()))
        await self._all_in(publisher.sent)
        await asyncio.sleep(SETTLE_S)
        wear = (written(pid) - wear_before) / (self.sink.bytes - delivered_before)
        return {"written_per_delivered_byte_at_100_per_s": round(wear, 2)}

    async def _all_in(self, number: int) -> None:
        """Until the sink has this record; they come in order."""

        async def there() -> bool:
            return self.sink.records[number] > 0

        await self.plant.until(f"record {number} is in the sink", there, 120)

    def _pid(self) -> int:
        pid = self.plant.agent.pid
        assert pid is not None
        return pid


def main() -> int:
    """Measure and print; the exit code is 0 if nothing was lost or doubled."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.agent", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"load is {load:.1f}: others use this machine too; the ratio says more than the rates", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="edge-orch-bench-") as folder:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/bytecode"
        try:
            found = asyncio.run(Bench(Path(folder)).run(arguments.records, arguments.rounds))
        except EdgeOrchError as error:
            print(error, file=sys.stderr)
            return int(error.exit_code)
    for name, value in found.items():
        print(f"{name:<42}{value:>10g}")
    print(json.dumps({"records": arguments.records, "rounds": arguments.rounds, "goal_ratio": GOAL, **found}))
    return 0 if found["lost"] == found["duplicated"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
