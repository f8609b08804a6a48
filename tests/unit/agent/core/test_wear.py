"""What the disk bears: counted by day, projected, and an alarm when it is too much."""

from __future__ import annotations

import pytest
from edge_orch_agent.core.alarms import WEAR
from edge_orch_agent.core.commands import Measure
from edge_orch_agent.core.events import Measured
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.transaction import Transaction, WearDay
from edge_orch_agent.core.wear import Wear

from edge_orch.time import HOUR, MINUTE, SECOND, ClockQuality, Instant
from tests.unit.agent.core.press import a_rig, lines
from tests.unit.agent.core.rig import Rig

NOON = 1_767_268_800_000_000  # 2026-01-01T12:00:00Z
SETTINGS = Settings(flash_budget=2_400_000, wear_every_us=5 * MINUTE)
EVERY_US = SETTINGS.wear_every_us


def at(mono_us: int, quality: ClockQuality = ClockQuality.SYNCED) -> Instant:
    return Instant(NOON + mono_us, mono_us, "boot", quality)


def measured(wear: Wear, *totals: int, from_us: int = 0) -> Transaction:
    upkeep = Transaction()
    for number, total in enumerate(totals):
        wear.measured(total, upkeep, at(from_us + number * EVERY_US))
    return upkeep


def test_it_asks_at_once_and_then_regularly() -> None:
    wear = Wear(SETTINGS, [])
    assert wear.measure(at(0)) == [Measure()]
    assert wear.measure(at(EVERY_US - 1)) == []
    assert wear.wake_at() == EVERY_US
    assert wear.measure(at(EVERY_US)) == [Measure()]


def test_days_go_on_where_an_earlier_process_left_them() -> None:
    wear = Wear(SETTINGS, [WearDay("2025-12-31", 5, 4), WearDay("2026-01-01", 100, 50)])
    wear.delivered(10)
    assert measured(wear, 30, 50).wear == {"2026-01-01": WearDay("2026-01-01", 150, 60)}
    assert wear.view().days == (WearDay("2025-12-31", 5, 4), WearDay("2026-01-01", 150, 60))
    assert (wear.view().written, wear.view().delivered) == (50, 10)


def test_a_day_ends_at_midnight() -> None:
    wear = Wear(SETTINGS, [])
    measured(wear, 100)
    assert measured(wear, 150, from_us=12 * HOUR).wear == {"2026-01-02": WearDay("2026-01-02", 50, 0)}


def test_what_an_untrusted_clock_saw_is_booked_once_the_day_is_known() -> None:
    wear = Wear(SETTINGS, [])
    upkeep = Transaction()
    wear.measured(70, upkeep, Instant(9, 0, "boot", ClockQuality.UNKNOWN))
    assert upkeep.wear == {}
    assert measured(wear, 90, from_us=EVERY_US).wear == {"2026-01-01": WearDay("2026-01-01", 90, 0)}


def test_nothing_is_projected_from_a_start() -> None:
    wear = Wear(SETTINGS, [])
    measured(wear, 10_000_000, 20_000_000)
    assert (wear.projected(), wear.trouble()) == (0, "")


def test_a_day_is_projected_from_the_last_hour() -> None:
    wear = Wear(SETTINGS, [])
    measured(wear, 0, *range(5_000_000, 5_012_000, 1_000))  # a start that wrote much, then an hour of 12,000 bytes
    measured(wear, 5_012_000, from_us=13 * EVERY_US)
    assert wear.projected() == 24 * 12_000


def test_the_alarm_ends_only_when_it_is_clearly_better() -> None:
    wear = Wear(SETTINGS, [])
    total = 0
    said = []
    for number, hourly in enumerate([90_000] * 13 + [120_000] * 14 + [90_000] * 14 + [60_000] * 14):
        measured(wear, total, from_us=number * EVERY_US)
        said.append(bool(wear.trouble()))
        total += hourly // 12
    assert said[13:].index(True) > 0
    assert said.count(True) > 25  # through the middle stretch, which alone would not have begun it
    assert said[-1] is False


def test_no_budget_is_no_alarm() -> None:
    wear = Wear(Settings(flash_budget=0), [])
    measured(wear, 0, 10**12, 2 * 10**12)
    assert wear.projected() > 10**12
    assert wear.trouble() == ""


@pytest.fixture
def rig() -> Rig:
    rig = a_rig([lines(0, 5)])
    rig.run(MINUTE)
    return rig


def test_the_agent_tells_of_too_much_and_of_the_end_of_it(rig: Rig) -> None:
    for total in (0, 100_000_000, 200_000_000):
        rig.tell(Measured(total))
        rig.run(10 * MINUTE)
    (opened,) = [fact for fact in rig.facts().episodes.values() if fact.rule == WEAR]
    assert (opened.severity, opened.key_values[-1]) == ("warning", "disk")
    assert "14.4 GB a day" in opened.summary
    for _ in range(8):
        rig.tell(Measured(200_000_000))
        rig.run(10 * MINUTE)
    events = [fact.event for fact in rig.facts().episodes.values() if fact.rule == WEAR]
    assert sorted(events) == ["opened", "resolved"]
    assert rig.core.view().wear.projected == 0


def test_what_was_delivered_and_written_is_durable_with_the_next_commit(rig: Rig) -> None:
    rig.tell(Measured(1234))
    assert rig.store.load().wear == []
    rig.sources["press"].batches.append(lines(5, 5))
    rig.run(10 * SECOND)
    (day,) = rig.store.load().wear
    assert day.written == 1234
    assert day.delivered > 0
