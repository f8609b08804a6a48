"""State stays within `limits.state`, whatever the keys."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import StepCount
from edge_orch.engine.room import LEAST_BUFFERED, MOST_BUFFERED, STATE_LIMIT, VALUE, Room, weight
from edge_orch.plan.expression import Literal
from edge_orch.plan.schema import Field, Schema
from edge_orch.plan.steps import Aggregate, Aggregation, Alert, Clear, Deadband, Dedupe, Lag, Quorum, Step, Throttle
from edge_orch.plan.windows import CalendarWindow, CountWindow, SessionWindow, SlidingWindow, TumblingWindow, Window
from edge_orch.time import HOUR
from tests.unit.engine.plans import (
    FLOAT,
    INT,
    STRING,
    TIMESTAMP,
    aggregate,
    at,
    batch,
    call,
    col,
    lit,
    parsed,
    pipeline,
    plan,
    room,
    rows,
    schematize,
)

PARSE = schematize(parsed("t", TIMESTAMP, format="unix_s"), parsed("k", STRING), parsed("x", FLOAT), time="t")
LIMIT = 100_000


def windows(window: Window, *compute: Aggregation) -> Aggregate:
    by_start = not isinstance(window, SessionWindow | CountWindow)
    made = aggregate(
        PARSE,
        *(compute or (Aggregation("n", "count", INT), Aggregation("avg", "avg", FLOAT, col("x")))),
        by=("k",),
        time="window_start" if by_start else "window_end",
    )
    return Aggregate(made.name, made.input, window, made.by, made.compute, made.schema)


def alert(*, quorum: bool = False, absent: int | None = None) -> Alert:
    when = None if absent else call("gt", col("x"), lit(0.0))
    clear = Clear(None if absent else call("lt", col("x"), lit(0.0)), 0)
    votes = Quorum("k", Literal(2, INT), HOUR) if quorum else None
    key = () if quorum else ("k",)
    return Alert("alert", "parse", when, key, 0, clear, "info", (), (), PARSE.schema, votes, absent)


REFUSING: dict[str, Step] = {
    "tumbling": windows(TumblingWindow(HOUR)),
    "sliding": windows(SlidingWindow(HOUR, HOUR // 4)),
    "calendar": windows(CalendarWindow("day", "UTC")),
    "early": msgspec.structs.replace(windows(TumblingWindow(HOUR)), early_us=HOUR // 4),
    "session": windows(SessionWindow(HOUR)),
    "count": windows(CountWindow(1000)),
    "alert": alert(),
    "quorum": alert(quorum=True),
    "absence": alert(absent=HOUR),
}
LAGGED = Schema((*PARSE.schema.fields, Field("was", FLOAT)), "t")
FORGETTING: dict[str, Step] = {
    "dedupe": Dedupe("dedupe", "parse", ("k",), HOUR, PARSE.schema),
    "deadband": Deadband("deadband", "parse", ("k",), (("x", 1.0),), HOUR, PARSE.schema),
    "throttle": Throttle("throttle", "parse", ("k",), 1, HOUR, PARSE.schema),
    "lag": Lag("lag", "parse", ("k",), (("was", "x"),), HOUR, LAGGED),
    "lag_of_three": Lag("lag", "parse", ("k",), (("was", "x"),), HOUR, LAGGED, 3),
}


def records(first: int, last: int, x: float = 1.0) -> bytes:
    return b"".join(b'{"t":1,"k":"key %d","x":%f}\n' % (number, x) for number in range(first, last))


def the_room(engine: Pipeline, step: str) -> Room:
    part: Any = engine._parts.stateful[step]
    for inner in ("_memory", "_rule"):
        part = getattr(part, inner, part)
    assert isinstance(part._room, Room)
    return part._room


def running(step: Step, **options: Any) -> Pipeline:
    return pipeline(plan(PARSE, step, outputs={}, state=LIMIT), **options)


@pytest.mark.parametrize("kind", REFUSING)
def test_a_key_for_which_there_is_no_room_is_refused_and_known_ones_go_on(kind: str) -> None:
    step = REFUSING[kind]
    engine = running(step)
    emission = engine.process(batch(records(0, 5000)))
    count = emission.counts[step.name]
    assert 10 < count.folded < 1000
    assert count.folded + count.dead == 5000
    assert {letter.reason for letter in emission.dead} == {STATE_LIMIT}
    assert [letter.position for letter in emission.dead] == list(range(count.folded, 5000))
    assert the_room(engine, step.name).used <= LIMIT
    known = engine.process(batch(records(0, count.folded), position=5000)).counts[step.name]
    assert known == StepCount(entered=count.folded, folded=count.folded)


@pytest.mark.parametrize("kind", FORGETTING)
def test_a_memory_forgets_what_is_oldest_and_counts_it(kind: str) -> None:
    step = FORGETTING[kind]
    engine = running(step)
    count = engine.process(batch(records(0, 5000))).counts[step.name]
    assert (count.passed, count.dead) == (5000, 0)
    kept = 5000 - count.evicted
    assert 100 < kept < 1000
    assert the_room(engine, step.name).used <= LIMIT
    newest = engine.process(batch(records(4990, 5000), position=5000)).counts[step.name]
    assert newest.evicted == 0
    if kind not in {"lag", "lag_of_three"}:
        assert newest.filtered == 10


@pytest.mark.parametrize("kind", [*REFUSING, *FORGETTING])
def test_what_is_taken_is_the_same_after_a_restart_and_given_back_in_the_end(kind: str) -> None:
    step = (REFUSING | FORGETTING)[kind]
    engine = running(step)
    engine.process(batch(records(0, 5000)))
    taken = the_room(engine, step.name).used
    assert taken > 0
    again = running(step, state=engine.snapshot())
    assert the_room(again, step.name).used == taken
    again.process(batch(b'{"t":900000,"k":"late","x":-1}\n{"t":1900000,"k":"late","x":-1}', received=at(1)))
    if kind in ("tumbling", "sliding", "calendar", "early", "session", "dedupe", "deadband", "throttle", "lag"):
        assert the_room(again, step.name).used < taken / 10
    again.finish()
    if isinstance(step, Aggregate) and not isinstance(step.window, SlidingWindow | TumblingWindow | CalendarWindow):
        assert the_room(again, step.name).used == 0


@pytest.mark.parametrize("window", [TumblingWindow(HOUR), SessionWindow(HOUR), CountWindow(100_000)])
def test_an_aggregate_that_grows_gives_up_for_its_key_only(window: Window) -> None:
    step = windows(
        window,
        Aggregation("n", "count", INT),
        Aggregation("kinds", "count_distinct", INT, col("x")),
        Aggregation("all", "array_agg", STRING, col("x")),
        Aggregation("once", "array_agg_distinct", STRING, col("x")),
        Aggregation("total", "sum_distinct", FLOAT, col("x")),
        Aggregation("p", "quantile", FLOAT, col("x"), 0.5),
    )
    few = b"".join(b'{"t":1,"k":"few","x":%d}\n' % (number % 7) for number in range(300))
    many = b"".join(b'{"t":1,"k":"many","x":%d}\n' % number for number in range(3000))
    engine = pipeline(plan(PARSE, step, state=LIMIT))
    count = engine.process(batch(few + many)).counts[step.name]
    assert (count.folded, count.dead) == (3300, 0)
    assert count.evicted >= 1
    assert the_room(engine, step.name).used <= LIMIT
    found = rows(engine.finish())
    told = {row["k"]: [row[name] for name in ("n", "kinds", "once", "total", "p")] for row in found}
    assert told["few"] == [300, 7, "[0.0,1.0,2.0,3.0,4.0,5.0,6.0]", 21.0, 3.0]
    assert told["many"][:4] == [3000, None, None, None]


@given(st.lists(st.integers(0, 900), min_size=1, max_size=60), st.integers(1, 59))
def test_giving_up_does_not_depend_on_batches_or_restarts(sizes: list[int], cut: int) -> None:
    step = windows(TumblingWindow(HOUR), Aggregation("kinds", "count_distinct", INT, col("x")))
    lines = [
        b'{"t":1,"k":"%d","x":%d}\n' % (number % 3, value) for number, size in enumerate(sizes) for value in range(size)
    ]

    def run(*, restart: bool) -> list[Any]:
        engine = pipeline(plan(PARSE, step, state=30_000))
        for part in (lines[: len(lines) * cut // 60], lines[len(lines) * cut // 60 :]) if restart else (lines,):
            engine.process(batch(b"".join(part)))
            if restart:
                engine = pipeline(plan(PARSE, step, state=30_000), state=engine.snapshot())
        return rows(engine.finish())

    assert run(restart=True) == run(restart=False)


def test_all_lanes_together_hold_less_than_a_third() -> None:
    subject = room(1 << 20)
    held = [subject.buffered(lanes) for lanes in range(20_000)]
    assert (held[0], held[-1]) == (MOST_BUFFERED, LEAST_BUFFERED)
    meaningful = [size for size in held if size > LEAST_BUFFERED]
    assert sum(meaningful) * VALUE < subject.limit / 3


def test_a_key_weighs_more_the_longer_it_is() -> None:
    assert weight("a" * 1000) > weight("a") > weight(1)
    assert weight(("a", 1)) > weight("a") + weight(1)


def test_the_limit_is_shared_evenly() -> None:
    engine = pipeline(plan(PARSE, FORGETTING["dedupe"], REFUSING["alert"], outputs={}, state=1000))
    assert the_room(engine, "dedupe").limit == the_room(engine, "alert").limit == 500
