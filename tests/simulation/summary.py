"""What the simulated fleets of a test run came to, in one line at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

AGENT_DAYS, CORE_SECONDS, EVENTS = "agent_days", "core_seconds", "events"
"""Properties that a test of a history records."""


def summary(reports: Iterable[object]) -> str:
    """Summed up over all workers; empty when no history was played."""
    histories = [
        properties
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        if AGENT_DAYS in (properties := dict(report.user_properties))
    ]
    total: Counter[str] = Counter()
    for history in histories:
        total.update(history)
    if not histories:
        return ""
    return (
        f"simulated: {len(histories)} histories, {total[EVENTS]:,} events, {total[AGENT_DAYS]:,.0f} agent-days,"
        f" {total[AGENT_DAYS] / total[CORE_SECONDS]:.0f} a second of a core"
    )
