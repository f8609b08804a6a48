"""A month of normal life keeps a twin small, and loses no fact."""

from __future__ import annotations

from benchmarks.twin.life import AGENT, live
from edge_orch.twin.actor import new_actor
from edge_orch.twin.replica import Replica

LIMIT = 256 * 1024


def test_thirty_days_together_stay_within_the_limit() -> None:
    month = live(30)
    assert month.largest <= LIMIT // 2
    assert month.epoch.number >= 10
    twin = Replica.open(AGENT, new_actor("agent", AGENT, b"another!"), month.rows, epoch=month.epoch)
    kept = len(twin.texts())
    assert kept + month.archived >= month.facts - 60, "all but what a single writer replaces: device and reports"
    assert kept < 300


def test_a_week_apart_is_merged_and_then_rolled() -> None:
    month = live(9, apart_days=7)
    assert month.largest == month.final, "nothing may leave while nobody else has it"
