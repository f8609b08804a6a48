"""All kinds of windows over records in any order, against a plain reference."""

from __future__ import annotations

import json
from datetime import datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.records import Emission
from edge_orch.plan.plan import Plan
from edge_orch.plan.steps import Aggregate, Aggregation
from edge_orch.plan.windows import (
    CalendarWindow,
    CountWindow,
    CycleWindow,
    SessionWindow,
    SlidingWindow,
    TumblingWindow,
    Window,
)
from edge_orch.time import SECOND
from tests.unit.engine.plans import (
    BOOL,
    FLOAT,
    INT,
    STRING,
    TIMESTAMP,
    aggregate,
    batch,
    call,
    col,
    lit,
    parsed,
    pipeline,
    plan,
    rows,
    schematize,
)
from tests.unit.engine.windows.reference import Case, Given, Said, aligned, counted, cycles, sessions

READINGS = schematize(
    parsed("t", TIMESTAMP, format="unix_s"),
    parsed("k", STRING, required=False),
    parsed("x", INT, required=False),
    time="t",
)
HOUR = 3600
COMPUTE = (
    Aggregation("n", "count", INT),
    Aggregation("total", "sum", FLOAT, col("x", INT)),
    Aggregation("first", "first", INT, col("x", INT)),
    Aggregation("last", "last", INT, col("x", INT)),
)


def step(case: Case, name: str = "windows") -> Aggregate:
    """The aggregate of a case; the case counts in seconds, and so does its window but for this."""
    made = aggregate(
        READINGS, *COMPUTE, by=("k",), name=name, grace_us=case.grace * SECOND, on_late=case.on_late,
        time="window_end" if case.early or isinstance(case.window, SessionWindow | CountWindow | CycleWindow)
        else "window_start",
    )  # fmt: skip
    empty, early = (msgspec.UNSET if each is None else each * SECOND for each in (case.empty, case.early))
    return msgspec.structs.replace(made, window=in_microseconds(case.window), empty_us=empty, early_us=early)


def in_microseconds(window: Window) -> Window:
    match window:
        case TumblingWindow(size):
            return TumblingWindow(size * SECOND)
        case SlidingWindow(size, every):
            return SlidingWindow(size * SECOND, every * SECOND)
        case SessionWindow(gap, longest):
            return SessionWindow(gap * SECOND, longest and longest * SECOND)
        case CycleWindow(timeout, max_us=longest):
            return msgspec.structs.replace(window, timeout_us=timeout * SECOND, max_us=longest and longest * SECOND)
        case _:
            return window


def reference(case: Case, records: list[Given]) -> tuple[list[Said], int]:
    match case.window:
        case TumblingWindow(size):
            return aligned(case, lambda time: [(time - time % size, time - time % size + size)], records)
        case SlidingWindow(size, every):
            return aligned(
                case,
                lambda time: [
                    (start, start + size)
                    for start in range(-50, time + 1)
                    if start % every == 0 and start > time - size
                ],
                records,
            )
        case CalendarWindow():
            return aligned(case, lambda time: [(time - time % HOUR, time - time % HOUR + HOUR)], records)
        case SessionWindow():
            return sessions(case, case.window, records)
        case CountWindow(size):
            return counted(size, records), 0
        case CycleWindow():
            return cycles(
                case.window, lambda record: (record.value or 0) > 2, lambda record: (record.value or 0) < -2, records
            )


BEGIN = call("gt", col("x", INT), lit(2, INT), type_=BOOL)
END = call("lt", col("x", INT), lit(-2, INT), type_=BOOL)
LATENESS: st.SearchStrategy[tuple[int, str]] = st.tuples(
    st.sampled_from([0, 2, 7]), st.sampled_from(["drop", "dead_letter", "revise"])
)
ALIGNED = st.sampled_from(
    [
        TumblingWindow(5),
        SlidingWindow(6, 2),
        SlidingWindow(7, 3),
        SlidingWindow(4, 4),
        SlidingWindow(12, 1),  # of so many panes that they are merged in blocks
        SlidingWindow(20, 2),
        CalendarWindow("hour", "UTC"),
    ]
)
CASES = st.one_of(
    st.builds(lambda window, rest: Case(window, *rest), ALIGNED, LATENESS),
    st.builds(
        lambda window, lateness, empty: Case(window, *lateness)._replace(empty=empty),
        ALIGNED,
        LATENESS,
        st.sampled_from([1, 7, 20]),
    ),
    st.builds(
        lambda window, lateness, early: Case(window, *lateness)._replace(early=early),
        st.sampled_from([TumblingWindow(6), TumblingWindow(12), CalendarWindow("hour", "UTC")]),
        LATENESS,
        st.sampled_from([1, 2, 3]),
    ),
    st.builds(
        Case,
        st.sampled_from([SessionWindow(1), SessionWindow(4), SessionWindow(4, 4), SessionWindow(4, 7)]),
        st.sampled_from([0, 3]),
        st.sampled_from(["drop", "dead_letter"]),
    ),
    st.builds(
        Case,
        st.sampled_from(
            [
                CycleWindow(4, BEGIN),
                CycleWindow(4, None, END),
                CycleWindow(9, BEGIN, END),
                CycleWindow(4, BEGIN, None, 6),
                CycleWindow(9, None, END, 5),
                CycleWindow(9, BEGIN, END, 9),
            ]
        ),
        st.just(0),
        st.just("drop"),
    ),
    st.builds(Case, st.sampled_from([CountWindow(1), CountWindow(3)]), st.just(0), st.just("drop")),
)


@st.composite
def streams(draw: st.DrawFn) -> tuple[Case, list[Given]]:
    """Records that move forward, out of order, some far too late."""
    case = draw(CASES)
    pace = 1200 if isinstance(case.window, CalendarWindow) else 1
    records = []
    now = 0
    for _ in range(draw(st.integers(1, 30))):
        now += draw(st.integers(0, 3))
        behind = draw(st.sampled_from([0, 0, 0, 1, 3, 5, 9, 20]))
        time = max(0, now - behind) * pace
        partition = draw(st.sampled_from("pppq"))
        records.append(
            Given(partition, time, draw(st.sampled_from(["a", "b", None])), draw(st.none() | st.integers(-5, 5)))
        )
    empty = None if case.empty is None else case.empty * pace
    early = case.early and case.early * (600 if pace > 1 else 1)
    return (case._replace(grace=case.grace * pace, empty=empty, early=early), records)


def line(record: Given) -> bytes:
    return json.dumps({"t": record.time, "k": record.key, "x": record.value}).encode()


def run(job: Plan, records: list[Given], cuts: frozenset[int] = frozenset(), *, reborn: bool = False) -> list[Emission]:
    """Feed runs of one partition as batches, cut also at these places; `reborn`: with a snapshot between batches."""
    engine = pipeline(job)
    emissions = []
    lines: list[bytes] = []
    for place, record in enumerate(records):
        lines.append(line(record))
        if place + 1 == len(records) or place in cuts or records[place + 1].partition != record.partition:
            emissions.append(engine.process(batch(lines, partition=record.partition, position=place)))
            lines = []
            if reborn:
                engine = pipeline(job, state=engine.snapshot())
    return [*emissions, engine.finish()]


def seconds(stamp: str) -> int:
    return round(datetime.fromisoformat(stamp).timestamp())


def told(emissions: list[Emission]) -> list[Said]:
    return [
        Said(
            seconds(row["window_start"]), seconds(row["window_end"]), row["revision"], row["k"],
            row["n"], row["total"], row["first"], row["last"],
        )
        for emission in emissions
        for row in rows(emission)
    ]  # fmt: skip


@given(streams())
def test_windows_say_what_the_reference_says(stream: tuple[Case, list[Given]]) -> None:
    case, records = stream
    emissions = run(plan(READINGS, step(case)), records)
    expected, lost = reference(case, records)
    assert sorted(told(emissions), key=repr) == sorted(expected, key=repr)
    counts = [emission.counts["windows"] for emission in emissions if "windows" in emission.counts]
    assert sum(count.entered for count in counts) == len(records)
    assert sum(count.folded for count in counts) == len(records) - lost
    dead = sum(len(emission.dead) for emission in emissions)
    assert dead == sum(count.dead for count in counts) == (lost if case.on_late == "dead_letter" else 0)
    between = sum(count.filtered for count in counts) if isinstance(case.window, CycleWindow) else 0
    assert sum(count.late for count in counts) == lost - dead - between


@given(streams(), st.frozensets(st.integers(0, 30)))
def test_neither_batches_nor_snapshots_change_anything(stream: tuple[Case, list[Given]], cuts: frozenset[int]) -> None:
    case, records = stream
    small = step(case, "small")
    total = Aggregation("n", "sum", INT, col("n", INT))
    large = msgspec.structs.replace(
        aggregate(small, total, by=("k",), size=10, name="large", on_late="revise"),
        window=SlidingWindow(20 * SECOND, 10 * SECOND),
    )
    visits = msgspec.structs.replace(
        aggregate(small, total, name="visits", time="window_end"), window=SessionWindow(5 * SECOND)
    )
    job = plan(READINGS, small, large, visits, outputs={"small": "small", "large": "large", "visits": "visits"})

    def whole(emissions: list[Emission]) -> dict[str, bytes]:
        return {
            name: b"".join(emission.outputs[name].data for emission in emissions if name in emission.outputs)
            for name in ("small", "large", "visits")
        }

    expected = whole(run(job, records))
    assert whole(run(job, records, cuts)) == expected
    assert whole(run(job, records, frozenset(range(30)), reborn=True)) == expected


@given(streams(), st.frozensets(st.integers(0, 30)), st.sampled_from([0, 3]))
def test_each_bit_of_a_sum_depends_on_the_place_of_its_window_only(
    stream: tuple[Case, list[Given]], cuts: frozenset[int], grace: int
) -> None:
    _, records = stream
    third = call("div", col("x", INT), lit(3, INT), type_=FLOAT)
    compute = (Aggregation("s", "sum", FLOAT, third), Aggregation("d", "stddev", FLOAT, third))
    windows = aggregate(READINGS, *compute, by=("k",), on_late="revise", grace_us=grace * SECOND)
    job = plan(READINGS, msgspec.structs.replace(windows, window=SlidingWindow(16 * SECOND, SECOND)))

    def whole(emissions: list[Emission]) -> bytes:
        return b"".join(emission.outputs["out"].data for emission in emissions if "out" in emission.outputs)

    expected = whole(run(job, records))
    assert whole(run(job, records, cuts)) == expected
    assert whole(run(job, records, frozenset(range(30)), reborn=True)) == expected


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from("ab")), min_size=1, max_size=20), st.integers(1, 6))
def test_sessions_in_any_order_are_the_sorted_times_split_at_gaps(times: list[tuple[int, str]], gap: int) -> None:
    case = Case(SessionWindow(gap), 1000, "drop")
    found = {
        (row.key, row.start, row.end, row.n)
        for row in told(run(plan(READINGS, step(case)), [Given("p", t, k, 1) for t, k in times]))
    }
    expected = set()
    for key in "ab":
        mine = sorted(t for t, k in times if k == key)
        while mine:
            size = next((at for at in range(1, len(mine)) if mine[at] - mine[at - 1] >= gap), len(mine))
            expected.add((key, mine[0], mine[size - 1] + gap, size))
            mine = mine[size:]
    assert found == expected


@given(
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from("ab")), min_size=1, max_size=40),
    st.sampled_from([(5, 20), (5, 5), (3, 21)]),
)
def test_windows_of_windows_are_windows(times: list[tuple[int, str]], sizes: tuple[int, int]) -> None:
    """Minutes that feed hours give what hours alone would, and as soon."""
    small, large = sizes
    minutes = step(Case(TumblingWindow(small), 0, "drop"), "minutes")
    total = Aggregation("n", "sum", INT, col("n", INT))
    hours = aggregate(minutes, total, by=("k",), size=large, name="hours")
    alone = aggregate(READINGS, Aggregation("n", "count", INT), by=("k",), size=large, name="alone")
    job = plan(READINGS, minutes, hours, alone, outputs={"hours": "hours", "alone": "alone"})
    records = [Given("p", time, key, 1) for time, key in sorted(times)]

    def by_key(emission: Emission, output: str) -> list[tuple[str, str, int]]:
        return sorted((row["window_start"], row["k"], row["n"]) for row in rows(emission, output))

    for emission in run(job, records, frozenset(range(40))):
        assert by_key(emission, "hours") == by_key(emission, "alone")
