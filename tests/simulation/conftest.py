"""What the simulated fleets of a run came to, in one line at its end."""

from __future__ import annotations

from collections import Counter

import pytest

AGENT_DAYS, CORE_SECONDS, EVENTS = "agent_days", "core_seconds", "events"
"""Properties that a test of a history records."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Sum up over all workers."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    histories = [
        properties
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        if AGENT_DAYS in (properties := dict(report.user_properties))
    ]
    total: Counter[str] = Counter()
    for history in histories:
        total.update(history)
    if histories:
        terminalreporter.write_line(
            f"simulated: {len(histories)} histories, {total[EVENTS]:,} events, {total[AGENT_DAYS]:,.0f} agent-days,"
            f" {total[AGENT_DAYS] / total[CORE_SECONDS]:.0f} a second of a core"
        )
