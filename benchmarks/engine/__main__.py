"""`python -m benchmarks.engine [--rows N] [--rounds N]`: a table, and as the last line one line of JSON.

Each job runs by the engine and by a hand-written loop on the same batches. A round runs both, one right after the other
and in alternating order, and gives one ratio, engine / by hand; the median ratio counts, and its quartiles say how far
to trust it. (Comparing the best round of each side does not do: on a busy machine each picks its own lucky moment.)
The goal is a median of 0.85. Compiling the plan, some milliseconds once a job, is not timed: on 100,000 rows it would
take about 0.02 off the ratio. The hand-written loop keeps no accounts, checks no bytes and reports no dead letters.

Before anything is timed, both outputs are compared, floats within 1e-9. Peak memory is what Python's allocator held at
most above the start while 10 batches ran, their outputs included; it is measured in a run of its own.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.engine.data import batches
from benchmarks.engine.jobs import META, Loop, j1_loop, j1_plan, j2_loop, j2_plan, j3_loop, j3_plan
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device
from edge_orch.plan.plan import Plan
from edge_orch.time import Instant

GOAL = 0.85
SEED = 20260101
BATCH_ROWS = 2000

Run = Callable[[list[bytes]], dict[str, list[bytes]]]
Start = Callable[[], Run]


def engine_run(plan: Plan) -> Run:
    """A fresh engine for all batches. Compiling the plan, some milliseconds once a job, is not timed."""
    pipeline = Pipeline(plan, device=Device("edge-0042", META))

    def run(payloads: list[bytes]) -> dict[str, list[bytes]]:
        now = Instant(1_900_000_000_000_000, 0, "bench")  # after every stamp of the inputs
        found: dict[str, list[bytes]] = {}
        position = 0
        for payload in payloads:
            emission = pipeline.process(Batch("p", payload, now, position))
            position += BATCH_ROWS
            for name, chunk in emission.outputs.items():
                found.setdefault(name, []).append(chunk.data)
        for name, chunk in pipeline.finish().outputs.items():
            found.setdefault(name, []).append(chunk.data)
        return found

    return run


def hand_run(make: Callable[[], Loop]) -> Run:
    """A fresh hand-written loop for all batches."""
    process = make()

    def run(payloads: list[bytes]) -> dict[str, list[bytes]]:
        found: dict[str, list[bytes]] = {}
        for payload in (*payloads, b""):
            for name, data in process(payload):
                found.setdefault(name, []).append(data)
        return found

    return run


def same(ours: dict[str, list[bytes]], theirs: dict[str, list[bytes]]) -> bool:
    """Whether both hold the same records in the same order."""
    return all(_same_lines(ours.get(name, []), theirs.get(name, [])) for name in ours.keys() | theirs.keys())


def _same_lines(ours: list[bytes], theirs: list[bytes]) -> bool:
    mine, others = b"".join(ours).splitlines(), b"".join(theirs).splitlines()
    return len(mine) == len(others) and all(
        a == b or _same_record(json.loads(a), json.loads(b)) for a, b in zip(mine, others, strict=True)
    )


def _same_record(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return a.keys() == b.keys() and all(
        math.isclose(value, b[key], rel_tol=1e-9) if isinstance(value, float) else value == b[key]
        for key, value in a.items()
    )


def seconds(start: Start, payloads: list[bytes]) -> float:
    """CPU seconds of one run: what other processes do in the meantime is not counted."""
    run = start()
    gc.collect()
    started = time.process_time()
    run(payloads)
    return time.process_time() - started


def paired(engine: Start, hand: Start, payloads: list[bytes], rounds: int) -> list[tuple[float, float]]:
    """Seconds of (engine, by hand) for each round; who goes first alternates."""
    pairs = []
    for number in range(rounds):
        if number % 2:
            theirs, ours = seconds(hand, payloads), seconds(engine, payloads)
        else:
            ours, theirs = seconds(engine, payloads), seconds(hand, payloads)
        pairs.append((ours, theirs))
    return pairs


def peak_mb(run: Run, payloads: list[bytes]) -> float:
    """The most memory held above the start, outputs included."""
    tracemalloc.start()
    run(payloads)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def main() -> None:
    """Run, print, and fail if an output differs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    as_json, as_text = batches(arguments.rows, SEED, BATCH_ROWS)
    jobs = {
        "J1 NDJSON → filter": (j1_plan(), j1_loop, as_json),
        "J2 text → regex → enrich": (j2_plan(), j2_loop, as_text),
        "J3 windows and hot readings": (j3_plan(), j3_loop, as_json),
    }
    results = {}
    print(f"{arguments.rows} rows, batches of {BATCH_ROWS}, {arguments.rounds} paired rounds, CPU", file=sys.stderr)
    print(f"{'job':<30}{'engine krow/s':>15}{'by hand krow/s':>16}{'ratio':>8}{'quartiles':>13}{'peak MB':>9}")
    for name, (plan, make, payloads) in jobs.items():
        engine, hand = partial(engine_run, plan), partial(hand_run, make)
        if not same(engine()(payloads), hand()(payloads)):
            sys.exit(f"{name}: the engine and the hand-written loop differ")
        pairs = paired(engine, hand, payloads, arguments.rounds)
        low, ratio, high = statistics.quantiles([theirs / ours for ours, theirs in pairs], n=4)
        ours, theirs = (arguments.rows / statistics.median(times) for times in zip(*pairs, strict=True))
        peak = peak_mb(engine(), payloads[:10])
        spread = f"{low:.2f}..{high:.2f}"
        print(f"{name:<30}{ours / 1000:>15.0f}{theirs / 1000:>16.0f}{ratio:>8.2f}{spread:>13}{peak:>9.1f}")
        results[name.split()[0].lower()] = {
            "rows_per_s": round(ours),
            "hand_rows_per_s": round(theirs),
            "ratio": round(ratio, 3),
            "quartiles": [round(low, 3), round(high, 3)],
            "peak_mb": round(peak, 1),
        }
    print(json.dumps({"rows": arguments.rows, "goal": GOAL, **results}))


if __name__ == "__main__":
    main()
