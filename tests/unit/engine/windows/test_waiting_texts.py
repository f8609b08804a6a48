"""Texts wait in lanes to be folded; they take no more of `limits.state` there than numbers do."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.room import TEXT
from edge_orch.engine.windows.windows import Windows
from edge_orch.plan.steps import Aggregation
from tests.unit.engine.plans import (
    INT,
    STRING,
    TIMESTAMP,
    aggregate,
    batch,
    col,
    parsed,
    pipeline,
    plan,
    rows,
    schematize,
)

PARSE = schematize(parsed("t", TIMESTAMP, format="unix_s"), parsed("k", STRING), parsed("x", STRING), time="t")
KINDS = {
    "last": Aggregation("a", "last", STRING, col("x", STRING)),
    "max": Aggregation("a", "max", STRING, col("x", STRING)),
    "count": Aggregation("a", "count", INT, col("x", STRING)),
    "count_distinct": Aggregation("a", "count_distinct", INT, col("x", STRING)),
    "arg_max": Aggregation("a", "arg_max", STRING, col("x", STRING), order=col("k", STRING)),
    "mode": Aggregation("a", "mode", STRING, col("x", STRING)),
}


def lines(texts: list[str], keys: int) -> list[bytes]:
    return [
        msgspec.json.encode({"t": 1 + number, "k": str(number % keys), "x": text}) + b"\n"
        for number, text in enumerate(texts)
    ]


def waiting(running: Pipeline) -> int:
    """Bytes of the texts in lanes."""
    windows = next(part for part in running._stateful.values() if isinstance(part, Windows))
    return sum(TEXT + len(text) for text in texts(windows))


def texts(windows: Windows) -> Iterator[str]:
    for *lanes, _ in windows._cells():
        for lane in lanes:
            for item in lane:
                yield from (part for part in (item if isinstance(item, tuple) else (item,)) if isinstance(part, str))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("letters", [20, 150, 10_000])
def test_they_keep_within_their_third(kind: str, letters: int) -> None:
    limit = 1 << 20
    running = pipeline(plan(PARSE, aggregate(PARSE, KINDS[kind], by=("k",), size=100_000), state=limit))
    most = 0
    many = lines([f"{number:05}" + "x" * letters for number in range(4_000)], keys=40)
    for at in range(0, len(many), 50):
        running.process(batch(b"".join(many[at : at + 50])))
        most = max(most, waiting(running))
    assert most < limit / 3


@given(st.lists(st.integers(0, 400), min_size=1, max_size=80), st.integers(1, 79), st.sampled_from(sorted(KINDS)))
def test_how_they_were_cut_into_batches_changes_nothing(sizes: list[int], cut: int, kind: str) -> None:
    many = lines(["x" * size for size in sizes], keys=2)

    def run(*, restart: bool) -> list[object]:
        step = aggregate(PARSE, KINDS[kind], by=("k",), size=100_000)
        engine = pipeline(plan(PARSE, step, state=20_000))
        cuts = (many[: len(many) * cut // 80], many[len(many) * cut // 80 :]) if restart else (many,)
        for part in cuts:
            engine.process(batch(b"".join(part)))
            if restart:
                engine = pipeline(plan(PARSE, step, state=20_000), state=engine.snapshot())
        return rows(engine.finish())

    assert run(restart=True) == run(restart=False)
