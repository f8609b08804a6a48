from __future__ import annotations

import asyncio

import pytest
from edge_orch_agent.clock import PLAUSIBLE_US, SystemClock, quality

from edge_orch.time import ClockQuality


@pytest.mark.parametrize(
    ("wall_us", "disciplined", "expected"),
    [
        (0, False, ClockQuality.UNKNOWN),
        (PLAUSIBLE_US - 1, True, ClockQuality.UNKNOWN),
        (PLAUSIBLE_US, False, ClockQuality.HOLDOVER),
        (PLAUSIBLE_US, True, ClockQuality.SYNCED),
    ],
)
def test_quality(wall_us: int, disciplined: bool, expected: ClockQuality) -> None:
    assert quality(wall_us, disciplined) is expected


async def test_an_instant_shares_its_monotonic_zero_with_the_event_loop() -> None:
    loop = asyncio.get_running_loop()
    clock = SystemClock()
    before, now, after = loop.time(), clock.now(), loop.time()
    assert before * 1e6 - 1 <= now.mono_us <= after * 1e6 + 1
    assert now.boot == clock.boot != ""
