"""`python -m benchmarks.footprint [--jobs N] [--seconds S]`: a table, and as the last line one line of JSON. MiB.

A controller, mosquitto and one agent, real processes on loopback. The agent gets N copies of the press-temperature job
(each with its own MQTT connection, dedupe, window and alert rule), stays linked to its controller, and then nothing
happens for S seconds. Bytecode of everything imported is cached in a folder of its own, as on a device where packages
have been installed; the first start that fills it is not measured. `alone`: PSS where no other Python runs.
`installed`: what a fresh virtual environment grows by.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
from pathlib import Path

import msgspec

from benchmarks.footprint.installed import installed
from benchmarks.plant import Plant
from benchmarks.process import alone, cpu_s, memory, peak_rss, threads

ROOT = Path(__file__).parents[2]
JOB = ROOT / "jobs" / "press_temperature.yaml"
SETTLE_S = 5.0
BUDGET_MB, BUDGET_CPU, BUDGET_INSTALLED_MB = 50, 0.01, 60


async def measure(folder: Path, jobs: int, seconds: float) -> dict[str, float]:
    """One agent with `jobs` jobs, idle."""
    text = JOB.read_text("utf-8")
    copies = [text.replace("name: press-temperature", f"name: press-temperature-{n}") for n in range(1, jobs + 1)]
    async with Plant(folder) as plant:
        labels = {"sink_url": "http://127.0.0.1:9/records", "webhook_url": "http://127.0.0.1:9/alerts"}
        await plant.start_agent(labels)
        await plant.roll_out(*copies)
        # Started again, as after every boot: what a device pays for months, not the minute of a rollout.
        starts = plant.agent.starts
        plant.agent.kill()

        async def back() -> bool:
            (view,) = await plant.fleet.views()
            return plant.agent.starts > starts and view.online and len(view.jobs) == jobs

        await plant.until("the agent is back", back, 30)
        await asyncio.sleep(SETTLE_S)
        pid = plant.agent.pid
        assert pid is not None
        before = cpu_s(pid)
        await asyncio.sleep(seconds)
        used = cpu_s(pid) - before
        return {
            "alone": alone(pid),
            **msgspec.to_builtins(memory(pid)),
            "peak_rss": peak_rss(pid),
            "threads": threads(pid),
            "start_cpu_s": before,
            "idle_cpu": round(used / seconds, 4),
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.footprint", description=__doc__)
    parser.add_argument("--jobs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=30.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="edge-orch-") as folder:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/bytecode"
        found = asyncio.run(measure(Path(folder), arguments.jobs, arguments.seconds))
        del os.environ["PYTHONPYCACHEPREFIX"]
        found |= installed(Path(folder), ROOT)
    print(f"{'':<28}{'found':>8}{'budget':>8}")
    budgets = {"alone": BUDGET_MB, "pss": BUDGET_MB, "idle_cpu": BUDGET_CPU, "installed": BUDGET_INSTALLED_MB}
    for name, value in found.items():
        print(f"{name:<28}{value:>8g}{budgets.get(name, ''):>8}")
    print(json.dumps({"jobs": arguments.jobs, "seconds": arguments.seconds, **found}))


if __name__ == "__main__":
    main()
