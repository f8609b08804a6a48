"""The state of episodes."""

from __future__ import annotations

import msgspec

from edge_orch.twin.alerts import alert_states
from edge_orch.twin.facts import Ack
from edge_orch.twin.silences import silence_states
from tests.unit.twin.examples import NOON, ack, episode, silence

ID = "press/hot/1"


def test_an_episode_is_open_then_acknowledged_then_resolved() -> None:
    opened, resolved = episode(), episode("resolved")
    assert alert_states([opened], [])[ID].state == "open"
    assert alert_states([opened], [ack(1)])[ID].state == "acknowledged"
    state = alert_states([resolved, opened], [ack(1)])[ID]
    assert (state.state, state.opened_at_us, state.resolved_at_us) == ("resolved", NOON.wall_us, NOON.wall_us)
    assert (state.job, state.version, state.rule, state.key) == ("press", 1, "hot", ("k",))


def test_acknowledgements_made_apart_all_remain_visible() -> None:
    acks = [ack(1), ack(1, "controller"), ack(2), Ack("other", "agent", 1, "bob", NOON)]
    assert set(alert_states([episode()], acks)[ID].acks) == set(acks[:3])


def test_it_names_the_sinks_that_took_its_opening() -> None:
    events = ["opened", "notified.opened.oncall", "notified.opened.bus.2", "notified.resolved.mail"]
    assert alert_states([episode(event) for event in events], [])[ID].notified == ("bus.2", "oncall")


def test_what_opens_again_is_not_acknowledged_by_who_saw_the_first_opening() -> None:
    told = [episode(event) for event in ("opened", "resolved", "reopened")]
    assert alert_states(told, [ack(1)])[ID].state == "open"
    again = alert_states(told, [ack(1), msgspec.structs.replace(ack(2, "controller"), opening=2)])[ID]
    assert (again.state, again.reopened, len(again.acks)) == ("acknowledged", 1, 2)
    assert alert_states([*told, episode("resolved.2")], [])[ID].state == "resolved"
    twice = alert_states([*told, episode("resolved.2"), episode("reopened.2")], [])[ID]
    assert (twice.state, twice.reopened, twice.resolved_at_us) == ("open", 2, None)


def test_it_can_be_acknowledged_escalated_and_silenced_at_once() -> None:
    states = silence_states([silence("a-1"), silence("c-1", ""), silence("c-2", "cold"), silence("a-2")], NOON)
    told = [episode("opened"), episode("escalated"), episode("escalated.2")]
    (state,) = alert_states(told, [ack(1)], states.values()).values()
    assert (state.state, state.escalated, state.silenced) == ("acknowledged", 2, ("a-1", "a-2", "c-1"))


def test_it_makes_do_with_what_is_told() -> None:
    assert alert_states([episode("resolved")], [])[ID].state == "resolved"
    assert alert_states([], [ack(1)]) == {}
