"""Can the simulation see at all? Each deliberate bug must be caught by one of a few small histories."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge_orch.testing.world import SimulationFailed
from tests.simulation.history import History, Size
from tests.simulation.mutations import MUTATIONS

MISTAKES = (TypeError, AttributeError, NameError, KeyError, IndexError)
"""What no invariant raises: a patch that fits the code no more would seem to be caught."""
SEEDS = 40
SIZE = Size(agents=2, days=10)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_it_is_caught(mutation: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    mutation(monkeypatch)
    for seed in range(MUTATIONS[mutation], MUTATIONS[mutation] + SEEDS):
        try:
            History(seed, SIZE).play()
        except SimulationFailed as failed:
            if isinstance(failed.__cause__, MISTAKES):
                pytest.fail(f"the mutation itself is broken: {failed.__cause__}")
            return
    pytest.fail(f"{SEEDS} histories ended well in spite of it")
