"""`python -m benchmarks.backlog`, or `make bench-backlog`: a month of one small segment a second, its sink away.

Virtual time, the agent's own outbox, ledger, compaction and store, a file on a disk. Parts:

**month**  `--seals` segments of one record each (2,592,000 by default): memory and waiting segments at each tenth,
then, each in a process of its own, a start with all of it up to the first record, and the drain.
**wear**  what merging adds: 100 records a second for `--wear-seconds`, one commit a second, all delivered afterwards,
bytes written (the kernel's `write_bytes`) per byte delivered, with merging and without.

The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from benchmarks.backlog.shelf import Shelf
from benchmarks.process import memory, peak_rss, written

MONTH = 30 * 24 * 3600
AT_ONCE = 60
"""Seals a commit in the month: fewer syncs; what waits is the same."""
Figures = dict[str, float]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.backlog", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seals", type=int, default=MONTH)
    parser.add_argument("--wear-seconds", type=int, default=3_600)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        part, path = options.child
        print(json.dumps(_PARTS[part](part, options, Path(path))))
        return 0
    with tempfile.TemporaryDirectory(prefix="edge-orch-backlog-") as folder:
        path = Path(folder) / "agent.db"
        found = {"seals": options.seals, "load": os.getloadavg()[0], **_month(options.seals, path)}
        for part in ("start", "drain"):
            found |= _child(part, path, options)
        for part in ("merged", "unmerged"):
            found |= _child(part, path.with_name(f"{part}.db"), options)
    for name, value in found.items():
        print(f"{name:<48}{value:>16}")
    print(json.dumps(found))
    return 0


def _child(part: str, path: Path, options: argparse.Namespace) -> Figures:
    """In a process of its own, whose memory and bytes written are nobody else's."""
    command = [sys.executable, "-m", "benchmarks.backlog", "--child", part, str(path)]
    command += ["--seals", str(options.seals), "--wear-seconds", str(options.wear_seconds)]
    found: Figures = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def _month(seals: int, path: Path) -> Figures:
    shelf = Shelf(path)
    before, cpu = memory(os.getpid()).anonymous, time.process_time()
    waiting, anonymous = [], []
    for tenth in range(1, 11):
        shelf.seal(seals // 10, 1, AT_ONCE)
        waiting.append(shelf.waiting)
        anonymous.append(memory(os.getpid()).anonymous)
        print(f"{tenth}0 %: {waiting[-1]} segments wait, {anonymous[-1]} MiB", file=sys.stderr, flush=True)
    used = time.process_time() - cpu
    shelf.store.close()
    return {
        "segments_waiting_at_10_percent": waiting[0],
        "segments_waiting_at_end": waiting[-1],
        "anonymous_mb_before": before,
        "anonymous_mb_at_10_percent": anonymous[0],
        "anonymous_mb_at_end": anonymous[-1],
        "merges": shelf.merges,
        "cpu_us_a_seal": round(used / seals * 1e6, 1),
        "database_mb": round(path.stat().st_size / 2**20, 1),
    }


def _start(_: str, __: argparse.Namespace, path: Path) -> Figures:
    began, cpu = time.monotonic(), time.process_time()
    shelf = Shelf(path)
    next(shelf.drain())
    return {
        "start_to_first_record_s": round(time.monotonic() - began, 2),
        "start_to_first_record_cpu_s": round(time.process_time() - cpu, 2),
        "start_peak_rss_mb": peak_rss(os.getpid()),
    }


def _drain(_: str, options: argparse.Namespace, path: Path) -> Figures:
    shelf = Shelf(path)
    before, marks, cpu = path.stat().st_size, [0.0], time.process_time()
    records = 0
    for segment in shelf.drain():
        records += segment.count
        if records >= len(marks) * options.seals / 10:
            marks.append(time.process_time() - cpu)
    tenths = [late - early for early, late in pairwise(marks)]
    missing = options.seals // 10 * 10 - records
    shelf.store.close()
    return {
        "drain_missing": missing,
        "drain_records_a_cpu_s": round(records / (time.process_time() - cpu)),
        "drain_slowest_tenth_to_fastest": round(max(tenths) / min(tenths), 2),
        "drain_peak_rss_mb": peak_rss(os.getpid()),
        "database_mb_before_drain": round(before / 2**20, 1),
        "database_mb_after_drain": round(path.stat().st_size / 2**20, 1),
    }


def _wear(part: str, options: argparse.Namespace, path: Path) -> Figures:
    before, cpu = written(os.getpid()), time.process_time()
    shelf = Shelf(path, merging=part == "merged")
    shelf.seal(options.wear_seconds, 100, 1)
    waiting, sealed = shelf.waiting, written(os.getpid()) - before
    delivered = sum(len(segment.data) for segment in shelf.drain())
    shelf.store.close()
    return {
        f"{part}_segments_waiting": waiting,
        f"{part}_written_per_delivered_byte_sealing": round(sealed / delivered, 2),
        f"{part}_written_per_delivered_byte": round((written(os.getpid()) - before) / delivered, 2),
        f"{part}_cpu_s_an_hour": round((time.process_time() - cpu) / options.wear_seconds * 3_600, 1),
    }


_PARTS: dict[str, Callable[[str, argparse.Namespace, Path], Figures]] = {
    "start": _start,
    "drain": _drain,
    "merged": _wear,
    "unmerged": _wear,
}

if __name__ == "__main__":
    sys.exit(main())
