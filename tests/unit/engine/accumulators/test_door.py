from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.accumulators.accumulator import Accumulator
from edge_orch.engine.accumulators.door import Door
from tests.unit.engine.accumulators.folding import reborn
from tests.unit.engine.plans import batch, pipeline, rows

Points = Sequence[tuple[float, float]]

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: history}
spec:
  source: {file: {path: x}}
  steps:
    - schematize: {json: {}, fields: {ts: {type: timestamp, format: unix_s}, tag: string, v: float}, time: ts}
    - running: {keys: [tag], compute: {turn: 'swinging_door(v, ts, 1)'}}
    - aggregate: {window: {cycle: {begin: turn, timeout: 30m}}, by: [tag], compute: {v: last(v), n: count(*)}}
  outputs: {out: {from: aggregate, to: out}}
  sinks: {out: {file: {path: y}}}
"""


def kept(points: Points, band: float) -> Points:
    """The last points of all stretches."""
    door = Door(band)
    turns = []
    for point in points:
        door.fold([point])
        turns.append(door.value())
    return [point for point, turn in zip(points, [*turns[1:], True], strict=True) if turn]


@pytest.mark.parametrize(
    ("band", "points", "expected"),
    [
        (1, [(2, 2), (4, 3), (6, 2.5), (8, 3.5), (10, 5.5), (12, 2.5), (14, 1), (16, 1)], [2, 8, 10, 14, 16]),
        (0.1, [(0, 1), (1, 1.1), (2, 1.2), (3, 1.6), (4, 2), (5, 2), (6, 2), (7, 1.2)], [0, 2, 4, 6, 7]),
        (0.1, [(0, 1), (1, 1.1), (2, 1.2), (3, 1.6), (4, 2), (5, 2), (6, 2), (7, 2)], [0, 2, 4, 7]),
        (2, [(1, 0), (2, 1), (3, 2), (4, 5), (5, -2), (6, 5), (7, 4), (8, 3), (9, 5)], [1, 4, 5, 6, 8, 9]),
        (1, [(0, 2), (1, 2), (2, 2), (3, 2), (4, 2), (5, 10), (6, 3), (7, 3), (8, 3), (9, 3)], [0, 4, 5, 6, 9]),
        (0, [(0, 1), (1, 2), (2, 3), (3, 3)], [0, 2, 3]),
    ],
)
def test_as_published(band: float, points: Points, expected: list[float]) -> None:
    """The cases of gfoidl's DataCompression, which other implementations are held to as well."""
    assert [x for x, _ in kept(points, band)] == expected


VALUES = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=40)


@given(VALUES, st.integers(0, 5))
def test_lines_between_what_is_kept_are_nowhere_off_by_more_than_the_band(values: list[float], band: int) -> None:
    points = list(enumerate(values))
    ends = kept(points, band)
    assert ends[0] == points[0]
    assert ends[-1] == points[-1]
    for (x1, y1), (x2, y2) in pairwise(ends):
        for x, y in points[int(x1) : int(x2)]:
            assert abs(y1 + (y2 - y1) * (x - x1) / (x2 - x1) - y) <= band + 1e-9


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-5, 5)), max_size=20))
def test_what_does_not_grow_is_kept_and_a_state_goes_on(points: Points) -> None:
    through: Accumulator = Door(1)
    resumed: Accumulator = Door(1)
    for before, point in zip([None, *points], points, strict=False):
        through.fold([point])
        resumed = reborn(lambda: Door(1), resumed)
        resumed.fold([point])
        assert resumed.value() == through.value()
        if before is not None and point[0] <= before[0]:
            assert through.value() is True


def test_a_cycle_that_begins_at_each_turn_keeps_the_last_of_each_stretch() -> None:
    values = [2, 3, 2.5, 3.5, 5.5, 2.5, 1, 1]
    lines = [f'{{"ts": {60 * place}, "tag": "a", "v": {value}}}' for place, value in enumerate(values)]
    engine = pipeline(compile_job(JOB, "job.yaml"))
    emissions = [engine.process(batch("\n".join(lines).encode())), engine.finish()]
    found = [(row["window_end"], row["v"]) for emission in emissions for row in rows(emission)]
    at = [f"1970-01-01T00:0{minute}:00Z" for minute in (0, 3, 4, 6, 7)]
    assert found == list(zip(at, [2.0, 3.5, 5.5, 1.0, 1.0], strict=True))
