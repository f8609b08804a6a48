"""The meaning of a twin in the words of the API."""

from __future__ import annotations

from edge_orch.plan.plan import ParamSpec
from edge_orch.plan.schema import FieldType
from edge_orch.time import HOUR
from edge_orch.twin.fold import fold
from edge_orch.twin.views import alert_views, conflict_views, override_views, why_view
from edge_orch.wire.api import AckView, AlertView, OverrideView, WhyView
from tests.unit.twin.examples import NOON, ack, episode, override, replica

PARAMS = {"press": (ParamSpec("hot_c", FieldType.FLOAT, 85.0, override="operator"),)}


def test_views() -> None:
    twin = replica()
    later = episode("opened", "press/hot/2")
    twin.edit(
        [episode(), episode("notified.opened.bus"), later, ack(1, note="on it"), override("a-1", expires_in_us=HOUR)]
    )
    effective = fold(twin.facts(), PARAMS, NOON)
    first, second = alert_views("pi-1", effective)
    assert first == AlertView(
        episode="press/hot/1",
        agent="pi-1",
        job="press",
        version=1,
        rule="hot",
        key=("k",),
        state="acknowledged",
        severity="critical",
        summary="too hot",
        opened_at="2023-11-14T22:13:20Z",
        acks=(AckView("ann", "agent", "2023-11-14T22:13:20Z", "on it"),),
        notified=("bus",),
    )
    assert (second.episode, second.state, second.resolved_at) == ("press/hot/2", "open", "")
    assert override_views("pi-1", effective) == [
        OverrideView(
            id="a-1",
            agent="pi-1",
            job="press",
            param="hot_c",
            value=90.0,
            by="ann",
            role="operator",
            origin="agent",
            reason="summer",
            made_at="2023-11-14T22:13:20Z",
            state="active",
            expires_at="2023-11-14T23:13:20Z",
        )
    ]
    reasons = effective.parameters["press", "hot_c"].reasons
    assert why_view("pi-1", "press", "hot_c", effective) == WhyView("pi-1", "press", "hot_c", 90.0, reasons)
    assert why_view("pi-1", "press", "other", effective) is None


def test_conflicts_say_what_a_person_should_decide_and_how() -> None:
    twin = replica()
    twin.edit([override("a-1"), override("a-2", 91.0), override("a-3", job="oven"), override("a-4", "warm")])
    found = conflict_views("pi-1", fold(twin.facts(), PARAMS, NOON), refusal="two devices write as one")
    assert [(view.kind, view.subject, [one.id for one in view.overrides]) for view in found] == [
        ("orphaned", "oven.hot_c", ["a-3"]),
        ("apart", "pi-1", []),
        ("concurrent", "press.hot_c", ["a-1", "a-2"]),
        ("refused", "press.hot_c", ["a-4"]),
    ]
    assert found[2].next_step == "edge-orch override set press.hot_c=VALUE --agent pi-1 --reason TEXT"
    decided = [
        override("a-5", 92.0, supersedes=("a-1", "a-2", "a-4")),
        override("a-6", None, job="oven", supersedes=("a-3",)),
    ]
    twin.edit(decided)
    assert conflict_views("pi-1", fold(twin.facts(), PARAMS, NOON)) == []
