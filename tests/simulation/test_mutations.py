"""Can the simulation see at all? Each deliberate bug must be caught by one of a few small histories."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge_orch.testing.world import SimulationFailed
from tests.simulation.history import History, Size
from tests.simulation.mutations import MUTATIONS

SEEDS = 40
SIZE = Size(agents=2, days=10)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_it_is_caught(mutation: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    mutation(monkeypatch)
    for seed in range(SEEDS):
        try:
            History(seed, SIZE).play()
        except SimulationFailed:
            return
    pytest.fail(f"{SEEDS} histories ended well in spite of it")
