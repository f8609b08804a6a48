"""Random histories of whole fleets at every run: each its own test, so that all workers have something to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.simulation.campaign import play
from tests.simulation.history import Size
from tests.simulation.summary import AGENT_DAYS, CORE_SECONDS, EVENTS

SEEDS = 200
SIZE = Size(agents=20, days=30)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_fleet_ends_well(seed: int, record_property: Callable[[str, object], None]) -> None:
    outcome = play(SIZE, seed)
    assert outcome.error == ""
    record_property(AGENT_DAYS, outcome.days * SIZE.agents)
    record_property(CORE_SECONDS, outcome.core_seconds)
    record_property(EVENTS, outcome.events)
