"""`python -m benchmarks.fleet [--agents 100,1000,10000]`, or `make bench-fleet`: a table, and as the last line JSON.

One real controller process on SQLite and mosquitto, both on loopback; this process plays all agents: real keys, seals,
twins and sessions, no pipelines and no disks (`agent.py`). Every agent has a connection of its own, the first tenth to
the broker, the others to the controller's WebSocket; where the machine has too few sockets, the last ones share one
connection to the broker, and the table says how many.

1. **Arrival.** A controller that has just started and a fleet that it knows; a job is rolled out to all.
2. **Steady.** Everybody talks at a real agent's pace: counters and a `Have` every 30 s.
3. **Rollout** of a new version to all, envelopes fetched over HTTP: until 99 % (and all) know that it is stored.
4. **Return with nothing new.** All cables are cut; all come back within half a second; until all know they are level.
5. **Return with news.** The same, after each has made 20 facts, each in a change of its own. One in a hundred says that
   it has an open alert; `news_alerts_s`: until all of those had converged.

A refused connection is tried again as a real agent does, with full jitter. `wire`: bytes an agent's connection carried,
both ways, until all had converged, so the counters of those who waited are in it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from edge_orch_controller.demo.bus import free_port, make_bus

from benchmarks.fleet.agent import FACTS
from benchmarks.fleet.centre import Centre
from benchmarks.fleet.crowd import Crowd
from edge_orch.errors import EdgeOrchError
from edge_orch.trust.keys import PrivateKey

STEADY_S = 15.0
WITHIN_S = 180.0
"""For each phase; what has not happened by then is shown as null."""
QUIET_S = 2.0
PHASES = ("arrival", "rollout", "level", "news")
_SPARE_SOCKETS = 500
_POLL_S = 0.1
_ALARMED = 100
"""One agent in so many returns with an open alert: it should not have to wait for the others."""
_YOUNG = 50_000
"""Objects before the garbage collector looks: ten thousand agents in one process are no garbage."""

Figures = dict[str, float | int | None]


class Bench:
    """One size of fleet."""

    def __init__(self, folder: Path, agents: int, mqtt_share: float) -> None:
        self._folder = folder
        self._keys = {f"press-{number:05}": PrivateKey.generate() for number in range(agents)}
        self._mqtt = round(agents * mqtt_share)
        self.figures: Figures = {"agents": agents}

    async def run(self) -> Figures:
        """All phases."""
        keys = {name: key.public for name, key in self._keys.items()}
        self._centre = centre = Centre(self._folder, keys, make_bus(self._folder), free_port())
        centre.enrol()
        sockets = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _SPARE_SOCKETS
        self._crowd = crowd = Crowd(self._keys, centre.public_key, mqtt=self._mqtt, sockets=sockets)
        self.figures |= {
            "websockets": len(crowd.by_websocket),
            "mqtt": len(crowd.by_mqtt) - bool(crowd.shared),
            "sharing": len(crowd.shared),
        }
        async with centre:
            playing = asyncio.create_task(crowd.run(centre.port, centre.bus.port))
            try:
                await self._phases()
            finally:
                playing.cancel()
        self.figures["refusals_in_twins"] = sum(len(agent.refusals) for agent in crowd.agents)
        return self.figures

    async def _phases(self) -> None:
        crowd, centre = self._crowd, self._centre
        self.figures["rss_empty_mb"] = centre.rss_mb()
        await centre.apply(1)
        await self._measured("arrival", crowd.come, within=lambda: self._reported(1))
        await asyncio.sleep(QUIET_S)
        await self._steady()
        applied = await centre.apply(2)
        await self._measured("rollout", lambda: None, within=lambda: self._reported(2))
        view = await centre.rollout(applied.rollout)
        self.figures["rollout_done"] = view.done
        await self._away()
        await self._measured("level", crowd.come)
        await self._away()
        facts = [agent.live_alone() for agent in crowd.agents]
        for agent in crowd.agents[::_ALARMED]:
            agent.alarmed = True
        self.figures["facts_bytes"] = round(sum(facts) / len(facts))
        await self._measured("news", crowd.come)
        news = self.figures["news_wire_bytes"] or 0
        self.figures["news_wire_per_fact_byte"] = round(news / max(1, self.figures["facts_bytes"] or 0), 2)
        self.figures["peak_mb"] = centre.peak_mb()

    def _reported(self, version: int) -> int:
        return sum(agent.confirmed and agent.running == version for agent in self._crowd.agents)

    async def _away(self) -> None:
        await asyncio.sleep(QUIET_S)
        self._crowd.go()
        for agent in self._crowd.agents:
            agent.confirmed = False
        before = -1.0
        while before != (before := self._centre.cpu_s()):  # until it has taken note that everybody has gone
            await asyncio.sleep(QUIET_S)

    async def _steady(self) -> None:
        centre_s, own_s, began = self._centre.cpu_s(), time.process_time(), time.monotonic()
        await asyncio.sleep(STEADY_S)
        seconds = time.monotonic() - began
        self.figures |= {
            "steady_cpu": round((self._centre.cpu_s() - centre_s) / seconds, 3),
            "steady_generator_cpu": round((time.process_time() - own_s) / seconds, 3),
            "steady_rss_mb": self._centre.rss_mb(),
            "connected": self._crowd.connected(),
        }

    def _processor_s(self) -> dict[str, float]:
        return {
            "controller": self._centre.cpu_s(),
            "helpers": self._centre.helpers_cpu_s(),
            "generator": time.process_time(),
        }

    async def _measured(self, phase: str, begin: Callable[[], None], within: Callable[[], int] | None = None) -> None:
        """Seconds until 99 % and all have converged; processor time and bytes meanwhile, an agent."""
        crowd, arrived = self._crowd, within or self._crowd.confirmed
        refused, traffic = crowd.refused, crowd.traffic()
        before, began = self._processor_s(), time.monotonic()
        begin()
        most, almost, everyone, alerts = len(crowd.agents), None, None, None
        alarmed = [agent for agent in crowd.agents if agent.alarmed]
        while everyone is None and time.monotonic() - began < WITHIN_S:
            await asyncio.sleep(_POLL_S)
            there, seconds = arrived(), round(time.monotonic() - began, 1)
            almost = seconds if almost is None and there >= 0.99 * most else almost
            everyone = seconds if there == most else None
            alerts = seconds if alerts is None and all(agent.confirmed for agent in alarmed) else alerts
            _progress(phase, there, most, seconds)
        seconds = time.monotonic() - began
        took_s = {name: now_s - before[name] for name, now_s in self._processor_s().items()}
        self.figures |= {
            f"{phase}_99_s": almost,
            f"{phase}_all_s": everyone,
            **({f"{phase}_alerts_s": alerts} if alarmed else {}),
            f"{phase}_core": round(took_s["controller"] / seconds, 2),
            **{f"{phase}_{name}_ms": round(1e3 * one / most, 2) for name, one in took_s.items()},
            f"{phase}_refused": crowd.refused - refused,
            f"{phase}_wire_bytes": round((crowd.traffic() - traffic) / most),
            f"{phase}_peak_mb": self._centre.peak_mb(),
        }


def _progress(phase: str, there: int, of: int, seconds: float) -> None:
    if not sys.stderr.isatty():
        return
    sys.stderr.write(f"\r{of} agents, {phase}: {there}/{of} after {seconds:g} s   ")
    sys.stderr.flush()


def _connections(figures: Figures) -> str:
    """Who is connected how."""
    alone = f"{figures['websockets']} by WebSocket and {figures['mqtt']} by MQTT on a connection of their own"
    return f"{figures['agents']} agents: {alone}, {figures['sharing']} more on one MQTT connection together\n"


def _table(results: list[Figures]) -> str:
    """A line each figure, a column each size; last, how many times the figure of the fleet before is the last one's."""
    name_width = max(map(len, results[-1]))
    lines = []
    for name in results[-1]:
        values = [figures.get(name) for figures in results]
        lines.append(f"{name:<{name_width}}{''.join(f'{value!s:>10}' for value in values)}{_growth(values):>9}")
    return "\n".join(lines)


def _growth(values: list[float | int | None]) -> str:
    last, before = values[-1], values[-2] if len(values) > 1 else None
    return f"× {last / before:.1f}" if last is not None and before else ""


def main() -> int:
    """Measure and print; the exit code is 0 if everybody converged in every phase."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet", description=__doc__.splitlines()[0])
    parser.add_argument("--agents", default="100,1000,10000", help="sizes of fleets, one after the other (%(default)s)")
    parser.add_argument("--mqtt", type=float, default=0.1, help="share of agents that come through the broker (0.1)")
    parser.add_argument("--keep", type=Path, help="a folder for the controller's data and log; default a temporary one")
    asked = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    gc.set_threshold(_YOUNG)
    results: list[Figures] = []
    load = os.getloadavg()[0]
    try:
        for size in map(int, asked.agents.split(",")):
            with tempfile.TemporaryDirectory(prefix="edge-orch-fleet-") as temporary:
                folder = asked.keep / str(size) if asked.keep else Path(temporary)
                folder.mkdir(parents=True, exist_ok=True)
                results.append(asyncio.run(Bench(folder, size, asked.mqtt).run()))
    except EdgeOrchError as error:
        sys.stderr.write(f"\n{error}\n")
        return error.exit_code
    sys.stdout.write(f"\nfacts of each agent in the outage: {FACTS}; load of the machine before: {load:.1f}\n")
    sys.stdout.write("".join(map(_connections, results)) + _table(results) + "\n")
    converged = all(
        figures[f"{phase}_all_s"] is not None
        for figures in results
        for phase in ("arrival", "rollout", "level", "news")
    )
    sys.stdout.write(json.dumps({"converged": converged, "load_before": round(load, 1), "fleets": results}) + "\n")
    return 0 if converged else 1


if __name__ == "__main__":
    sys.exit(main())
