from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from edge_orch_agent.clock import PLAUSIBLE_US, Evidence, SystemClock, quality

from edge_orch.time import ClockQuality

NOW = PLAUSIBLE_US + 1


@pytest.mark.parametrize(
    ("wall_us", "evidence", "expected"),
    [
        (0, Evidence(), ClockQuality.UNKNOWN),
        (PLAUSIBLE_US - 1, Evidence(disciplined=True), ClockQuality.UNKNOWN),
        (PLAUSIBLE_US, Evidence(), ClockQuality.HOLDOVER),
        (NOW, Evidence(disciplined=True, pretended=True), ClockQuality.SYNCED),
        (NOW, Evidence(hardware=True), ClockQuality.HOLDOVER),
        (NOW, Evidence(pretended=True), ClockQuality.UNKNOWN),
        (NOW, Evidence(pretended=True, was_disciplined=True), ClockQuality.HOLDOVER),
    ],
)
def test_quality(wall_us: int, evidence: Evidence, expected: ClockQuality) -> None:
    assert quality(wall_us, evidence) is expected


def test_the_evidence_is_found_where_the_system_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HARDWARE", "SYNCHRONIZED"):
        monkeypatch.setattr(f"edge_orch_agent.clock.{name}", tmp_path / name)
    monkeypatch.setattr("edge_orch_agent.clock.PRETENDED", (tmp_path / "timesync", tmp_path / "fake"))
    monkeypatch.setattr(SystemClock, "_ask_kernel", lambda _clock: False)
    assert SystemClock().now().quality is ClockQuality.HOLDOVER
    (tmp_path / "fake").touch()
    assert SystemClock().now().quality is ClockQuality.UNKNOWN
    (tmp_path / "SYNCHRONIZED").touch()
    assert SystemClock().now().quality is ClockQuality.HOLDOVER
    (tmp_path / "SYNCHRONIZED").unlink()
    (tmp_path / "HARDWARE").write_text("1\n")
    assert SystemClock().now().quality is ClockQuality.HOLDOVER


def test_a_disk_that_answers_with_an_error_does_not_stop_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    unreadable = Path("x" * 300)  # too long a name: an error, and not simply no such file
    monkeypatch.setattr("edge_orch_agent.clock.SYNCHRONIZED", unreadable)
    monkeypatch.setattr("edge_orch_agent.clock.PRETENDED", (unreadable,))
    monkeypatch.setattr("edge_orch_agent.clock.HARDWARE", unreadable)
    monkeypatch.setattr(SystemClock, "_ask_kernel", lambda _clock: False)
    assert SystemClock().now().quality is ClockQuality.HOLDOVER


async def test_an_instant_shares_its_monotonic_zero_with_the_event_loop() -> None:
    loop = asyncio.get_running_loop()
    clock = SystemClock()
    before, now, after = loop.time(), clock.now(), loop.time()
    assert before * 1e6 - 1 <= now.mono_us <= after * 1e6 + 1
    assert now.boot == clock.boot != ""
