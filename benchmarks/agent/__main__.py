"""`python -m benchmarks.agent [PART …]`, or `make bench-agent`: a table, and as the last line JSON.

mosquitto, controller, agent and HTTP sink, real processes on loopback, everything durable as always. Parts:

**drain**  bus → agent → HTTP sink: messages a second at zero loss beside a bare paho subscriber on the same broker.
**latency**  PUBLISH to alert at the webhook, under light load.
**wear**  bytes written per byte delivered: at 100 records a second, in bursts, and for a minute at 10,000 a second;
as the kernel counts them for the process, and, as root, as a file system of the agent's own counts all it writes.
**files**  J1 and J2 of the engine's benchmark: file → agent → file and → HTTP, on one core, beside the engine alone.
**kuiper**  eKuiper's published case, beside `kuiperd` where that is on PATH, and both killed in the middle.
**start**  from the start of the process to its first record in the sink.

Each part has an agent of its own. Memory is PSS, looked at five times a second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.agent.bench import Bench
from benchmarks.agent.bus import Publisher
from benchmarks.agent.drain import measure_drain, measure_latency
from benchmarks.agent.files import measure_files
from benchmarks.agent.kuiper import measure_kuiper
from benchmarks.agent.start import measure_start
from benchmarks.agent.wear import measure_wear
from edge_orch.errors import EdgeOrchError

GRAVE = (
    "lost",
    "duplicated",
    *(f"kuiper_case_agent_{name}" for name in ("missing", "doubled", "not_warm", "killed_lost", "killed_doubled")),
)
PARTS = ("drain", "latency", "wear", "files", "kuiper", "start")
GOALS = {
    "ratio": 0.6,
    "alert_p99_ms": 250,
    "peak_pss_mb": 64,
    "written_per_delivered_byte": 2.5,
    "written_per_delivered_byte_at_100_per_s": 2.5,
    "written_per_delivered_byte_at_10000_per_s": 2.5,
    **{f"{job}_ratio": 0.5 for job in ("j1", "j2", "j1_http", "j2_file")},
    **{f"{job}_peak_pss_mb": 64 for job in ("j1", "j2", "j1_http", "j2_file")},
    "kuiper_case_rate_ratio": 1,
    "kuiper_case_cpu_ratio": 1,
    "kuiper_case_agent_peak_pss_mb": 64,
    "start_to_first_record_s": 2,
}


async def measure(part: str, folder: Path, options: argparse.Namespace) -> dict[str, float | str]:
    """One part, with an agent of its own."""
    async with Bench(folder, own_disk=part == "wear") as bench:
        publisher = Publisher(bench.plant.bus.port)
        try:
            match part:
                case "drain":
                    return {**await measure_drain(bench, publisher, options.records, options.rounds)}
                case "latency":
                    return {**await measure_latency(bench, publisher)}
                case "wear":
                    return {**await measure_wear(bench, publisher)}
                case "files":
                    return {**await measure_files(bench, options.rows, options.rounds)}
                case "start":
                    return {**await measure_start(bench, publisher)}
                case _:
                    return await measure_kuiper(bench, publisher, options.records, options.rounds)
        finally:
            publisher.close()


def main() -> int:
    """Measure and print; the exit code is 0 if nothing of ours was lost or doubled."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.agent", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="all, if none is named")
    parser.add_argument("--records", type=int, default=40_000, help="of a backlog on the bus")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of a file")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"load is {load:.1f}: others use this machine too; ratios say more than rates", file=sys.stderr)
    found: dict[str, float | str] = {}
    for part in options.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="edge-orch-bench-", ignore_cleanup_errors=True) as folder:
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
            os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/bytecode"
            try:
                found |= asyncio.run(measure(part, Path(folder), options))
            except EdgeOrchError as error:
                print(error, file=sys.stderr)
                return int(error.exit_code)
    for name, value in found.items():
        print(f"{name:<46}{value:>18}{GOALS.get(name, ''):>8}")
    print(json.dumps({"records": options.records, "rounds": options.rounds, "load": load, "goals": GOALS, **found}))
    return 0 if not any(found.get(name) for name in GRAVE) else 1


if __name__ == "__main__":
    sys.exit(main())
