from __future__ import annotations

from edge_orch_agent.core.events import AckRequested

from edge_orch.time import HOUR, MINUTE
from tests.unit.agent.core.press import (
    FEVER,
    a_rig,
    numbers,
    told,
)


def test_an_episode_is_committed_at_once_and_notified_once() -> None:
    rig = a_rig(FEVER)
    assert told(rig) == [("opened", "2026-01-01T00:00:05Z"), ("resolved", "2026-01-01T00:00:08Z")]
    assert all(times == 1 for times in rig.deliveries.values())
    rig.run(MINUTE)
    (alert,) = rig.core.view().alerts
    assert (alert.state, alert.notified) == ("resolved", ("oncall",))
    assert sorted(fact.event for fact in rig.facts().episodes.values()) == [
        "notified.opened.oncall",
        "notified.resolved.oncall",
        "opened",
        "resolved",
    ]
    assert len(rig.records("oncall")) == 2


def test_it_leaves_with_no_network() -> None:
    rig = a_rig([])
    rig.link(up=False)
    rig.sources["press"].batches = FEVER
    rig.tell()
    assert len(rig.records("oncall")) == 2


def test_alerts_are_delivered_while_the_other_sink_is_down() -> None:
    rig = a_rig([])
    rig.down = {"lake"}
    rig.sources["press"].batches = FEVER
    rig.run(HOUR)
    assert len(rig.records("oncall")) == 2
    assert numbers(rig) == []
    (raw, _) = rig.core.view().outbox
    assert (raw.records, raw.failure) == (21, "no route to host")


def test_an_acknowledgement_at_the_machine() -> None:
    rig = a_rig(FEVER[:2])
    (alert,) = rig.core.view().alerts
    rig.tell(AckRequested(request=7, episode=alert.episode, by="maria", note="on my way"))
    key = rig.replies[7].fact_key
    assert key.startswith(f"{alert.episode}/agent/")
    (alert,) = rig.core.view().alerts
    assert (alert.state, alert.acks[0].by) == ("acknowledged", "maria")
    assert key in rig.controller.replica.facts().acks


def test_an_unknown_episode_cannot_be_acknowledged() -> None:
    rig = a_rig([])
    rig.tell(AckRequested(request=7, episode="none", by="maria"))
    assert rig.replies[7].problem is not None
