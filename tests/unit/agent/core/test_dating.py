from __future__ import annotations

import msgspec
import pytest

from edge_orch.testing.clock import START_US
from edge_orch.time import DAY, HOUR, MINUTE, SECOND, ClockQuality
from tests.unit.agent.core.press import a_rig, lines, numbers
from tests.unit.agent.core.rig import Rig


def woken_in_1970() -> Rig:
    """A device whose clock was never set, with records that wait for their sink."""
    rig = a_rig([])
    rig.run(MINUTE)
    rig.link(up=False)
    rig.settings = msgspec.structs.replace(rig.settings, have_every_us=HOUR, retry_most_us=HOUR)
    rig.clock.wall_offset_us, rig.clock.quality = -START_US, ClockQuality.UNKNOWN
    rig.restart()
    rig.down = {"lake"}
    rig.run(MINUTE)
    rig.sources["press"].batches = [lines(0, 5)]
    rig.run(HOUR)
    return rig


def learn(rig: Rig) -> None:
    rig.clock.wall_offset_us, rig.clock.quality = 0, ClockQuality.SYNCED
    rig.run(SECOND)


def stamps(rig: Rig) -> list[int]:
    return [info.created_us for info in rig.store.load().segments if info.stream.output == "raw"]


def restart_in_the_same_boot(rig: Rig) -> None:
    """The process ends, the device goes on."""
    for source in rig.sources.values():
        source.stop()
    rig.core = rig._boot()
    rig.tell()


@pytest.mark.parametrize("restarted", [False, True])
def test_what_waits_gets_its_time_when_the_clock_gets_one(restarted: bool) -> None:
    rig = woken_in_1970()
    assert [stamp < 0 for stamp in stamps(rig)] == [True]
    assert all(stream.oldest_us == 0 for stream in rig.core.view().outbox)
    true_us = START_US + rig.now_us - HOUR
    if restarted:
        restart_in_the_same_boot(rig)
    learn(rig)
    (stamp,) = stamps(rig)
    assert abs(stamp - true_us) < 2 * SECOND
    held = [info for stream in rig.core.outbox.streams() for info in rig.core.outbox.segments(stream)]
    assert [info.created_us for info in held if info.stream.output == "raw"] == [stamp]


def test_from_then_on_its_age_counts() -> None:
    rig = woken_in_1970()
    learn(rig)
    rig.run(31 * DAY)
    assert rig.ledger()["raw/lake", "dropped:max_age"] == 5
    assert stamps(rig) == []


def test_with_another_boot_nobody_will_know_and_nothing_expires() -> None:
    rig = woken_in_1970()
    rig.clock.wall_offset_us, rig.clock.quality = 0, ClockQuality.SYNCED
    rig.restart()
    rig.run(31 * DAY)
    assert stamps(rig) == [0]
    rig.down = set()
    rig.run(HOUR)
    assert numbers(rig) == list(range(5))
