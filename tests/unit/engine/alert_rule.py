"""A rule of alerts to try things on."""

from __future__ import annotations

from edge_orch.engine.alert import AlertRule
from edge_orch.engine.records import EpisodeEventKind
from edge_orch.plan.expression import Literal
from edge_orch.plan.schema import FieldType, Schema
from edge_orch.plan.steps import Alert, Clear, Quorum, SummaryPart
from edge_orch.time import SECOND
from tests.unit.engine.plans import room

TRUE = Literal(True, FieldType.BOOL)
OPENED, RESOLVED = EpisodeEventKind.OPENED, EpisodeEventKind.RESOLVED


def rule(hold: int = 0, clear_hold: int = 0, within: int | None = None, needed: int = 1) -> AlertRule:
    """A rule with its holds and its `within` in seconds."""
    quorum = None if within is None else Quorum("sensor", Literal(needed, FieldType.INT), within * SECOND)
    step = Alert(
        name="hot",
        input="rows",
        when=TRUE,
        key=("line",),
        hold_us=hold * SECOND,
        clear=Clear(TRUE, clear_hold * SECOND),
        severity="critical",
        summary=(SummaryPart(value="count"), SummaryPart(" above "), SummaryPart(value="limit")),
        notify=("oncall",),
        schema=Schema(()),
        quorum=quorum,
    )
    made = AlertRule(step, "job", room())
    made.quorum_needed = needed
    made.params = {"limit": 85.0}
    return made
