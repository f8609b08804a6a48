"""`python -m benchmarks.chaos [--rounds N] [--seed S] [--rate LINES]`, or `make chaos ROUNDS=N`.

A real agent, mosquitto and an HTTP sink, all on loopback; numbered lines all the time. Each round kills the agent: at
any moment, while it starts, the moment its database's log changes (in or just behind a commit), between two statements
of a commit, the moment a request reaches the sink, or when the sink has taken it and not answered. One in ten is a
SIGTERM. In two thirds of the rounds something else happens meanwhile: the sink refuses, takes and says it has not, goes
away; the bus is restarted; the disk is full; the clock is set by an hour or to 1970.

The last line is one line of JSON; the exit code is 0 only if nothing was lost and nothing duplicated. The seed chooses
what happens; when exactly it hits, the machine decides.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.chaos.faults import Inside
from benchmarks.chaos.story import Chaos
from edge_orch.errors import EdgeOrchError


def main() -> int:
    """Play and print; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=400, help="lines a second")
    arguments = parser.parse_args()
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="edge-orch-chaos-"))
    # Bytecode as on a device: what is compiled at every start would make the agent spend the run on starting.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    try:
        inside = Inside(folder / "inside")
        os.environ.update(inside.environment())
        chaos = Chaos(folder, inside, arguments.seed, arguments.rate)
        account = asyncio.run(chaos.run(arguments.rounds))
    except EdgeOrchError as error:
        print(f"{error}\nlogs are in {folder}", file=sys.stderr)
        return int(error.exit_code)
    for what, count in sorted(chaos.counts.items()):
        print(f"{count:>6}  {what}")
    print(f"{chaos.sink.taken.repetitions:>6}  requests recognised as made before")
    for complaint in account.complaints:
        print(f"✗ {complaint}")
    sound = account.lost == account.duplicated == 0
    if sound:
        shutil.rmtree(folder)
    else:
        print(f"everything is kept in {folder}")
    result = {
        "rounds": arguments.rounds,
        "kills": chaos.counts["kills"],
        "sent": account.sent,
        "delivered": account.delivered,
        "dead": account.dead,
        "counted_drops": chaos.drops,
        "lost": account.lost,
        "duplicated": account.duplicated,
        "seconds": round(time.monotonic() - began, 1),
    }
    print(json.dumps(result))
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
