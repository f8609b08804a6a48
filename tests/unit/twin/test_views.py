"""The meaning of a twin in the words of the API."""

from __future__ import annotations

from edge_orch.plan.plan import ParamSpec
from edge_orch.plan.schema import FieldType
from edge_orch.time import HOUR
from edge_orch.twin.fold import fold
from edge_orch.twin.views import alert_views, override_views, why_view
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
