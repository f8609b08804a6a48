"""What `doctor` says of survival, held against what then happens."""

from __future__ import annotations

import pytest
from edge_orch_agent.core.survival import Survival, survival
from edge_orch_agent.doctor.checks import burdens

from edge_orch.time import DAY, HOUR, MINUTE
from tests.unit.agent.core.numbered_source import Source
from tests.unit.agent.core.press import JOB, lines
from tests.unit.agent.core.rig import Rig

EVERY_US = 5 * MINUTE
ROOMY = 1 << 50


def away(limits: str) -> Rig:
    """A device whose sinks cannot be reached."""
    rig = Rig()
    rig.sources["press"] = Source([])
    rig.down |= {"lake", "oncall"}
    rig.desire(JOB + f"  limits: {limits}\n", 1)
    rig.link(up=True)
    rig.run(MINUTE)
    rig.link(up=False)
    return rig


def batch(rig: Rig) -> None:
    batches = rig.sources["press"].batches
    batches.append(lines(10 * len(batches), 10))
    rig.run(EVERY_US)


def forecast(rig: Rig) -> Survival:
    return survival(burdens(rig.core.view(), rig.now), ROOMY)


@pytest.mark.parametrize(
    ("limits", "why", "reason"),
    [
        ("{outbox: 150KB, max_age: 30d, on_full: drop_oldest}", "outbox of press is full", "outbox_full"),
        ("{outbox: 300MB, max_age: 1d, on_full: drop_oldest}", "greatest age", "max_age"),
    ],
)
def test_the_first_drop_comes_when_it_was_forecast(limits: str, why: str, reason: str) -> None:
    rig = away(limits)
    began = rig.now_us
    while rig.now_us < began + 2 * HOUR:
        batch(rig)
    early, told_us = forecast(rig), rig.now_us
    assert early.days is not None
    assert why in early.by
    assert early.days > 0.3
    while not rig.core.view().drops:
        batch(rig)
        assert rig.now_us < began + 10 * DAY
    assert rig.core.view().drops[0].reason == reason
    came_after = (rig.now_us - told_us) / DAY
    assert abs(came_after - early.days) < 0.05 * early.days + 0.01
    late = forecast(rig).days
    assert late is not None
    assert late < 0.05, "what goes next was made within the same hour"
