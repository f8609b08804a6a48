from __future__ import annotations

from collections.abc import Iterator

import pytest
from edge_orch_agent.sources import unacknowledged
from edge_orch_agent.sources.unacknowledged import EACH


@pytest.fixture(scope="module")
def small_parts() -> Iterator[None]:
    """Two packets make a part of the position, so that short histories have several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unacknowledged, "PART_BYTES", 2 * EACH)
        yield
