"""Values lie in lanes until many have come; when they are folded is nobody's business."""

from __future__ import annotations

import pytest

from edge_orch.engine.room import MOST_BUFFERED, UNFOLDED
from edge_orch.engine.windows.windows import Windows
from edge_orch.plan.steps import Aggregate, Aggregation
from edge_orch.plan.windows import CountWindow, SessionWindow, TumblingWindow, Window
from edge_orch.time import SECOND
from tests.unit.engine.plans import FLOAT, STRING, TIMESTAMP, aggregate, batch, col, parsed, pipeline, plan, schematize

READINGS = schematize(parsed("t", TIMESTAMP, format="unix_s"), parsed("k", STRING), parsed("x", FLOAT), time="t")
COMPUTE = (Aggregation("total", "sum", FLOAT, col("x")), Aggregation("spread", "stddev", FLOAT, col("x")))
COUNT = 3 * UNFOLDED
LINES = [b'{"t":%d,"k":"%d","x":%d.%03d1}\n' % (n // 9000, n % 2, n % 77, n % 997) for n in range(COUNT)]


def windows(window: Window) -> Aggregate:
    by_start = isinstance(window, TumblingWindow)
    made = aggregate(READINGS, *COMPUTE, by=("k",), time="window_start" if by_start else "window_end")
    return Aggregate(made.name, made.input, window, made.by, made.compute, made.schema)


KINDS = [TumblingWindow(60 * SECOND), SessionWindow(60 * SECOND), CountWindow(COUNT)]


@pytest.mark.parametrize("window", KINDS)
def test_sums_of_floats_do_not_depend_on_how_records_were_cut_into_batches(window: Window) -> None:
    def rows(size: int) -> bytes:
        running = pipeline(plan(READINGS, windows(window)))
        cuts = range(0, COUNT, size)
        assert not any(running.process(batch(b"".join(LINES[at : at + size]))).outputs for at in cuts)
        return running.finish().outputs["out"].data

    assert rows(700) == rows(2000) == rows(COUNT)


@pytest.mark.parametrize("window", KINDS)
def test_lanes_do_not_grow_with_the_records(window: Window) -> None:
    running = pipeline(plan(READINGS, windows(window)))
    longest = 0
    for at in range(0, COUNT, 1000):
        running.process(batch(b"".join(LINES[at : at + 1000])))
        part = running._stateful[next(iter(running._stateful))]
        assert isinstance(part, Windows)
        longest = max(longest, *(len(lane) for *lanes, _ in part._cells() for lane in lanes))

    assert MOST_BUFFERED < longest < UNFOLDED + 1000
