from __future__ import annotations

from edge_orch.plan.windows import CountWindow
from tests.unit.engine.plans import batch, pipeline, plan
from tests.unit.engine.windows.reference import Case, Given
from tests.unit.engine.windows.test_kinds import READINGS, line, run, step, told

JOB = plan(READINGS, step(Case(CountWindow(2), 0, "drop")))


def test_a_window_is_full_when_its_last_record_comes_and_none_is_late() -> None:
    records = [Given("p", time, key, 1) for time, key in ((50, "a"), (51, "b"), (1, "a"), (60, "a"))]
    found = told([pipeline(JOB).process(batch([line(record) for record in records]))])
    assert [(row.key, row.start, row.end, row.n) for row in found] == [("a", 1, 50, 2)]


def test_what_is_not_full_comes_out_at_the_end_or_as_partial() -> None:
    records = [Given("p", 1, "a", 4), Given("p", 2, None, 5)]
    assert [(row.key, row.revision) for row in told(run(JOB, records))] == [("a", 0), (None, 0)]
    engine = pipeline(JOB)
    engine.process(batch([line(record) for record in records]))
    assert [(row.key, row.revision) for row in told([engine.close(())])] == [("a", -1), (None, -1)]
