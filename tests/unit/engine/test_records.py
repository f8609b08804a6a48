"""An emission says how many records its batch held, so that whoever numbers them need not count."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.plan.formats import CsvFormat, Format, JsonFormat, RegexFormat
from tests.unit.engine.plans import FLOAT, batch, call, col, filtered, lit, parsed, pipeline, plan, schematize

FORMATS: dict[str, Format] = {
    "json": JsonFormat(),
    "regex": RegexFormat(r'\{"x":(?P<x>-?[\d.]+)\}'),
    "csv": CsvFormat(columns=("x",), delimiter=",", header=True),
}
LINES = st.lists(
    st.sampled_from(['{"x":1.5}', '{"x":-2}', "3", "x", "", "{", "ß", "\ufeff"]).map(str.encode), max_size=9
)


def taken(kind: str, payload: bytes | Sequence[bytes], position: int = 0) -> int:
    step = schematize(parsed("x", FLOAT), kind=FORMATS[kind])
    running = pipeline(plan(step, filtered(call("gt", col("x"), lit(0.0)), step)))
    return running.process(batch(payload, position=position)).records


@pytest.mark.parametrize("kind", FORMATS)
@given(lines=LINES, position=st.integers(0, 5))
def test_lines_blank_ones_and_headers_among_them(kind: str, lines: list[bytes], position: int) -> None:
    ended = b"".join(line + b"\n" for line in lines)

    assert taken(kind, ended, position) == len(lines)
    assert taken(kind, ended + b"7", position) == len(lines) + 1
    assert taken(kind, lines, position) == len(lines)


@pytest.mark.parametrize("kind", FORMATS)
def test_of_several_pieces(kind: str) -> None:
    assert taken(kind, b'{"x":1.5}\n' * 20_000 + b"x") == 20_001
    assert taken(kind, b"x\n" * 100_000, 3) == 100_000


def test_time_that_passes_brings_none() -> None:
    step = schematize(parsed("x", FLOAT))

    assert pipeline(plan(step)).finish().records == 0
