"""A payload in pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine import lines, pipeline
from edge_orch.engine.lines import PIECE, pieces
from edge_orch.engine.records import Emission
from edge_orch.plan.steps import Aggregation
from tests.unit.engine.plans import FLOAT, INT, TIMESTAMP, aggregate, batch, parsed, plan, rows, schematize
from tests.unit.engine.plans import pipeline as running


@given(
    st.lists(st.sampled_from([0, 1, 100, PIECE // 3, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE]), max_size=8),
    st.booleans(),
)
def test_pieces_are_even_and_of_whole_lines(lengths: list[int], ended: bool) -> None:
    payload = b"\n".join(b"x" * length for length in lengths) + (b"\n" if ended else b"")

    found = list(pieces(payload))

    assert b"".join(found) == payload
    assert all(piece.endswith(b"\n") for piece in found[:-1])
    assert all(len(piece) >= 2 * PIECE // 3 for piece in found[:-1])
    assert all(len(piece.removesuffix(b"\n").rpartition(b"\n")[0]) < 3 * PIECE // 2 for piece in found)


def test_pieces_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = schematize(parsed("t", TIMESTAMP, format="unix_s"), parsed("x", FLOAT), time="t")
    job = plan(
        readings,
        aggregate(readings, Aggregation("n", "count", INT), size=2, name="sums"),
        outputs={"out": "parse", "sums": "sums"},
    )
    payload = b"".join(b'{"t":%d,"x":%d.5}\n' % (number % 3, number) for number in range(40)) + b"broken\n\n{}\n"

    def told() -> tuple[Emission, Emission]:
        job_at_work = running(job)
        return job_at_work.process(batch(payload, position=7)), job_at_work.finish()

    whole = told()
    for module in (lines, pipeline):
        monkeypatch.setattr(module, "PIECE", 50)

    assert told() == whole
    assert len(rows(whole[0])) == 40
    assert [letter.position for letter in whole[0].dead] == [47, 49]
