from __future__ import annotations

import json
from typing import Any

import pytest
from edge_orch_agent.core.events import AckRequested

from edge_orch.time import HOUR, MINUTE, SECOND, Instant
from edge_orch.twin.facts import Ack
from tests.unit.agent.core.numbered_source import Source
from tests.unit.agent.core.press import FEVER, JOB, a_rig
from tests.unit.agent.core.rig import Rig

HOT = FEVER[:2]
LATER = Instant(1_767_229_200_000_000, 0, "centre")


def running(job: str) -> Rig:
    rig = Rig()
    rig.sources["press"] = Source(HOT)
    rig.desire(job, 1)
    rig.link(up=True)
    return rig


def episode(rig: Rig) -> str:
    (alert,) = rig.core.view().alerts
    return alert.episode


def acknowledge(rig: Rig, request: int = 1, by: str = "maria") -> None:
    """Somebody at the machine."""
    rig.tell(AckRequested(request=request, episode=episode(rig), by=by, note="on my way"))


def acknowledge_centrally(rig: Rig, at: Instant = LATER) -> None:
    """Somebody at the controller; the device hears of it when it is linked."""
    rig.controller.write(Ack(episode(rig), "controller", 1, "olga", at))
    rig.link(up=False)
    rig.link(up=True)


def notices(rig: Rig) -> list[dict[str, Any]]:
    return [json.loads(line) for line in rig.records("oncall")]


def told(rig: Rig) -> list[str]:
    return [notice["event"] for notice in notices(rig)]


def test_who_was_told_of_an_episode_is_told_that_somebody_at_the_machine_has_seen_it() -> None:
    rig = a_rig(HOT)
    rig.link(up=False)
    acknowledge(rig)
    opened, seen = notices(rig)
    assert (seen["event"], seen["episode"], seen["rule"]) == ("acknowledged", opened["episode"], "hot")
    assert (seen["by"], seen["note"]) == ("maria", "on my way")
    assert opened.keys() == seen.keys() - {"by", "note"}
    assert len(rig.delivered["oncall"]) == len(rig.deliveries) - len(rig.delivered["lake"]) == 2, "a key of its own"


def test_that_somebody_has_seen_it_centrally_is_told_too() -> None:
    rig = a_rig(HOT)
    acknowledge_centrally(rig)
    assert told(rig) == ["opened", "acknowledged"]
    assert (notices(rig)[1]["by"], notices(rig)[1]["at"]) == ("olga", "2026-01-01T01:00:00Z")


def test_it_is_told_once() -> None:
    rig = a_rig(HOT)
    acknowledge(rig)
    rig.restart()
    acknowledge(rig, request=2, by="olga")
    acknowledge_centrally(rig)
    rig.restart()
    rig.run(HOUR)
    assert told(rig) == ["opened", "acknowledged"]
    assert set(rig.deliveries.values()) == {1}
    assert rig.controller.replica.facts() == rig.facts()


def test_an_episode_that_is_over_is_not_acknowledged() -> None:
    rig = a_rig(FEVER)
    acknowledge(rig)
    acknowledge_centrally(rig)
    assert told(rig) == ["opened", "resolved"]


def test_an_acknowledgement_that_comes_with_the_end_is_not_told() -> None:
    rig = a_rig(HOT)
    rig.link(up=False)
    rig.desire(JOB, 1, removed=True)
    acknowledge_centrally(rig)
    assert told(rig) == ["opened", "resolved"]


def test_order_is_kept_while_the_sink_is_down_and_through_a_restart() -> None:
    rig = a_rig([])
    rig.down = {"oncall"}
    rig.sources["press"].batches = HOT
    rig.run(SECOND)
    acknowledge(rig)
    rig.restart()
    rig.sources["press"].batches = FEVER
    rig.run(SECOND)
    assert told(rig) == []
    rig.down = set()
    rig.run(HOUR)
    assert told(rig) == ["opened", "acknowledged", "resolved"]


def test_views_show_it_as_before() -> None:
    rig = a_rig(HOT)
    acknowledge(rig)
    rig.run(MINUTE)
    (alert,) = rig.core.view().alerts
    assert (alert.state, alert.notified, alert.resolved_at) == ("acknowledged", ("oncall",), "")
    assert [ack.by for ack in alert.acks] == ["maria"]
    assert f"{alert.episode}/notified.acknowledged.oncall" in rig.facts().episodes
    assert not [account for account in rig.core.view().accounts if account.gap]


def test_what_notifies_nobody_is_not_told_and_every_sink_of_a_rule_is() -> None:
    rig = running(JOB.replace("        notify: [oncall]\n", ""))
    acknowledge(rig)
    assert {fact.event for fact in rig.facts().episodes.values()} == {"opened"}
    rig = running(JOB.replace("[oncall]", "[oncall, lake]"))
    acknowledge(rig)
    assert told(rig) == ["opened", "acknowledged"]
    assert sum(b'"acknowledged"' in line for line in rig.records("lake")) == 1


@pytest.mark.parametrize("wall_us", [0, -(1 << 62), 1 << 62])
def test_a_clock_that_cannot_be_right_is_not_believed(wall_us: int) -> None:
    rig = a_rig(HOT)
    acknowledge_centrally(rig, Instant(wall_us, 0, "centre"))
    opened, seen = notices(rig)
    assert seen["at"] == opened["at"]


def test_power_lost_before_any_command_changes_nothing() -> None:
    at = 0
    while True:
        rig = a_rig(HOT, unplug_at=at)
        rig.run(SECOND)
        request = 0
        while request not in rig.replies:  # a person asks again when the machine crashed under their hands
            request += 1
            acknowledge(rig, request)
        rig.sources["press"].batches = FEVER
        rig.run(MINUTE)
        assert told(rig) == ["opened", "acknowledged", "resolved"], at
        if rig.unplug_at is not None:
            break
        at += 1
    assert at > 20
