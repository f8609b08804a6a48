"""`python -m tests.soak --reloads 10000`, or `make soak`: what an agent holds on to after so many new versions.

Progress goes to stderr. The last line of stdout is one JSON object: what was held after a tenth, and at the end. Exit
code 1 if descriptors, threads, rows or objects have grown, or the ledger does not balance.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from tests.soak.reloads import Reloads


def main() -> int:
    """Reload, count, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--reloads", type=int, default=10_000)
    logging.disable(logging.WARNING)
    return asyncio.run(_soak(parser.parse_args().reloads))


async def _soak(count: int) -> int:
    began, held = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="edge-orch-soak-") as folder:
        async with Reloads(Path(folder)) as reloads:
            for number in range(1, count + 1):
                await reloads.reload()
                if number % max(count // 10, 1) == 0:
                    held.append(await reloads.settled())
                    print(f"{number}: {held[-1]}", file=sys.stderr, flush=True)
            gaps = sum(account.gap != 0 for account in reloads.core.ledger.accounts())
            commits = reloads.core.commits.given
    grown = held[-1].grown(held[0])
    found = {"reloads": count, "commits": commits, "grown": grown, "gaps": gaps, "seconds": time.monotonic() - began}
    print(json.dumps({**found, "first": msgspec.to_builtins(held[0]), "last": msgspec.to_builtins(held[-1])}))
    return 1 if grown or gaps else 0


if __name__ == "__main__":
    sys.exit(main())
