"""`python -m tests.simulation`: play histories from the command line; what `make sim` calls.

Progress goes to stderr. The last line of stdout is one JSON object with the figures. Exit code 1 if a history failed,
or if, in a campaign of some size, a kind of fault never happened that should have.
"""

from __future__ import annotations

import argparse
import os
import sys

import msgspec

from tests.simulation.campaign import Figures, campaign, play, shrunk
from tests.simulation.history import Outcome, Size

ENOUGH = 100
"""Histories in which every kind of fault must have happened."""
SHRUNK = 3
"""So many failures of a campaign are made smaller; most often they are one bug."""


def main() -> int:
    """Read the arguments, play, tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many histories, from --first on (100)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--agents", type=int, default=Size().agents, help="agents of each fleet (%(default)s)")
    parser.add_argument("--days", type=int, default=Size().days, help="simulated days of each storm (%(default)s)")
    parser.add_argument("--without", default="", help="conditions and troubles to leave out, with commas")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (as many as cores)")
    asked = parser.parse_args()
    size = Size(asked.agents, asked.days, tuple(filter(None, asked.without.split(","))))
    seeds = [asked.seed] if asked.seed is not None else range(asked.first, asked.first + asked.seeds)
    figures = campaign(
        seeds, size, workers=1 if len(seeds) == 1 else asked.workers, tell=lambda o, f: _tell(o, f, len(seeds))
    )
    for seed in figures.failed[:SHRUNK]:
        sys.stderr.write(f"looking for less that fails with seed {seed} …\n")
        smallest = shrunk(size, seed)
        sys.stdout.write(f"\nseed {seed}, the smallest that fails: {play(smallest, seed).error}\n")
    sys.stdout.write(msgspec.json.encode(figures).decode() + "\n")
    unproven = figures.never if len(seeds) >= ENOUGH else []
    if unproven:
        sys.stderr.write(f"these faults never happened, so nothing is proved against them: {', '.join(unproven)}\n")
    return 1 if figures.failed or unproven else 0


def _tell(outcome: Outcome, figures: Figures, of: int) -> None:
    if outcome.error:
        sys.stdout.write(f"\nseed {outcome.seed} failed: {outcome.error}\n")
    bar = "█" * (20 * figures.seeds // of)
    sys.stderr.write(
        f"\r{bar:<20} {figures.seeds}/{of} histories, {len(figures.failed)} failed, "
        f"{figures.agent_days_per_second:g} agent-days/s ({figures.agent_days_per_core_second:g} a core) "
    )
    if figures.seeds == of:
        sys.stderr.write("\n")


if __name__ == "__main__":
    sys.exit(main())
