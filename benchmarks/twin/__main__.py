"""`python -m benchmarks.twin`: a month of one agent's twin, with and without epochs. Last line JSON."""

from __future__ import annotations

import json
import os
import time

from benchmarks.twin.life import AGENT, Month, live
from edge_orch.twin.actor import new_actor
from edge_orch.twin.replica import Replica

DAYS = 30
OPENINGS = 15


def load_ms(month: Month) -> float:
    """Milliseconds to open the twin from its rows, the best of several."""
    best = float("inf")
    for number in range(OPENINGS):
        begun = time.perf_counter()
        Replica.open(AGENT, new_actor("agent", AGENT, number.to_bytes(8, "big")), month.rows, epoch=month.epoch)
        best = min(best, time.perf_counter() - begun)
    return best * 1e3


def main() -> None:
    """Print a row a case, then all of it as JSON."""
    cases = {
        "30 days together": live(DAYS),
        "30 days, never rolled": live(DAYS, roll_bytes=None),
        "30 days, the last 14 apart": live(DAYS, apart_days=14),
    }
    print(f"load {os.getloadavg()[0]:.1f}; 20 episodes, 4 overrides, 1 silence a day, a rollout of 5 jobs every 3 days")
    heads = f"{'largest KB':>11}{'at end KB':>11}{'load ms':>9}{'epoch':>7}{'facts':>8}{'archived':>10}{'sent KB':>9}"
    print(" " * 28 + heads)
    figures = {}
    for name, month in cases.items():
        row = {
            "largest_kb": round(month.largest / 1000, 1),
            "final_kb": round(month.final / 1000, 1),
            "load_ms": round(load_ms(month), 2),
            "epoch": month.epoch.number,
            "facts": month.facts,
            "archived": month.archived,
            "sent_kb": round(month.sent / 1000, 1),
        }
        figures[name] = row
        print(
            f"{name:28}{row['largest_kb']:>11}{row['final_kb']:>11}{row['load_ms']:>9}{row['epoch']:>7}"
            f"{row['facts']:>8}{row['archived']:>10}{row['sent_kb']:>9}"
        )
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
