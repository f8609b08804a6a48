from __future__ import annotations

from edge_orch.engine.alert_summary import render
from edge_orch.plan.steps import SummaryPart


def test_values_stand_where_they_are_named() -> None:
    parts = [SummaryPart(value="count"), SummaryPart(" sensors above "), SummaryPart(value="hot_c"), SummaryPart(" °C")]
    assert render(parts, {"count": 4, "hot_c": 85.0}) == "4 sensors above 85 °C"


def test_floats_are_short_and_null_is_a_question_mark() -> None:
    parts = [SummaryPart(value=name) for name in "abcde"]
    assert render(parts, {"a": 71.256789, "b": None, "c": True, "d": "x"}) == "71.2568?truex?"
