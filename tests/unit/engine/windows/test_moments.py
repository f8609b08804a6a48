from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.records import Emission
from edge_orch.plan.plan import Plan
from edge_orch.plan.steps import Sort
from edge_orch.time import SECOND
from tests.unit.engine.plans import aggregate, at, batch, pipeline, plan, rows
from tests.unit.engine.test_room import the_room
from tests.unit.engine.windows.reference import Given, watermarks
from tests.unit.engine.windows.test_aligned import COUNT, READINGS, lines
from tests.unit.engine.windows.test_kinds import line, run


def sort(grace: int = 5, on_late: Any = "drop", idle: int = 60) -> Sort:
    return Sort("sort", "parse", grace * SECOND, idle * SECOND, on_late, READINGS.schema)


def job(*steps: Any, outputs: dict[str, str] | None = None, **options: Any) -> Plan:
    return plan(READINGS, *(steps or (sort(),)), outputs=outputs or {"out": "sort"}, **options)


def said(emission: Emission) -> list[tuple[str, int]]:
    """(second, x) of each record."""
    return [(row["t"][17:19], row["x"]) for row in rows(emission)]


records = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([0, 0, 0, 1, 3, 5, 9]), st.sampled_from("pppq"), st.integers(0, 9)),
    min_size=1,
    max_size=30,
)


def stream(steps: list[tuple[int, int, str, int]]) -> list[Given]:
    now, found = 0, []
    for forward, behind, partition, value in steps:
        now += forward
        found.append(Given(partition, max(0, now - behind), "k", value))
    return found


@given(records, st.sampled_from([1, 3, 7]), st.sampled_from(["drop", "dead_letter"]))
def test_what_is_not_late_comes_in_order_and_as_soon_as_it_can(
    steps: list[tuple[int, int, str, int]], grace: int, on_late: str
) -> None:
    came = stream(steps)
    reached = watermarks(came)
    engine = pipeline(job(sort(grace, on_late)))
    kept: list[Given] = []
    told: list[tuple[str, int]] = []
    dead = late = 0
    for place, (record, watermark) in enumerate(zip(came, reached, strict=True)):
        kept += [record] if record.time + grace >= watermark else []
        emission = engine.process(batch([line(record)], partition=record.partition, position=place))
        told += [(row["t"], row["x"]) for row in rows(emission)]
        assert len(told) == sum(each.time + grace <= watermark for each in kept)
        dead, late = dead + len(emission.dead), late + emission.counts["sort"].late
    told += [(row["t"], row["x"]) for row in rows(engine.finish())]
    assert told == [(stamp(each.time), each.value) for each in sorted(kept, key=lambda each: each.time)]
    lost = len(came) - len(kept)
    assert (dead, late) == ((lost, 0) if on_late == "dead_letter" else (0, lost))


@given(records, st.frozensets(st.integers(0, 30)))
def test_neither_batches_nor_snapshots_change_anything(
    steps: list[tuple[int, int, str, int]], cuts: frozenset[int]
) -> None:
    windows = aggregate(sort(3), COUNT, by=("k",), size=4, name="windows")
    made = job(sort(3), windows, outputs={"sort": "sort", "windows": "windows"})

    def whole(emissions: list[Emission]) -> dict[str, bytes]:
        return {
            name: b"".join(emission.outputs[name].data for emission in emissions if name in emission.outputs)
            for name in ("sort", "windows")
        }

    expected = whole(run(made, stream(steps)))
    assert whole(run(made, stream(steps), cuts)) == expected
    assert whole(run(made, stream(steps), frozenset(range(30)), reborn=True)) == expected


IN_ORDER = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: a}
spec:
  source: {file: {path: x}}
  steps:
    - schematize:
        json: {}
        fields: {t: {type: timestamp, format: unix_s}, k: string, x: int}
        time: t
        max_ahead: 1000d
    - sort: {grace: 10m}
    - lag: {fields: {before: x}}
    - running: {compute: {total: sum(x)}}
    - moving: {within: 4s, compute: {lately: array_agg(x)}}
    - name: high
      alert: {when: x > 5, hold: 3s, summary: '{x}', severity: info}
    - name: windows
      from: moving
      aggregate: {window: {tumbling: 5s}, compute: {n: count(*), first: first(x), last: last(x)}}
  outputs: {each: {from: moving, to: o}, windows: {from: windows, to: o}}
  sinks: {o: {file: {path: y}}}
"""


@given(records)
def test_what_follows_sees_what_it_would_see_of_records_that_came_in_order(
    steps: list[tuple[int, int, str, int]],
) -> None:
    sorting = compile_job(IN_ORDER, "job.yaml")
    plain = compile_job(IN_ORDER.replace("    - sort: {grace: 10m}\n", ""), "job.yaml")

    def outcome(made: Plan, came: list[Given]) -> tuple[Any, ...]:
        emissions = run(made, [record._replace(partition="p") for record in came])
        episodes = [(event.kind, event.at_us) for emission in emissions for event in emission.episodes]
        return [[row for each in emissions for row in rows(each, name)] for name in ("each", "windows")], episodes

    came = stream(steps)
    assert outcome(sorting, came) == outcome(plain, sorted(came, key=lambda each: each.time))


def test_records_are_passed_on_while_everything_is_silent() -> None:
    engine = pipeline(job(sort(5, idle=2)))
    engine.process(batch(lines((1, "a", 1), (3, "a", 3), (2, "a", 2)), received=at(3)))
    assert engine.wake_at() == 6 * SECOND
    assert said(engine.advance(at(7))) == [("01", 1), ("02", 2)]
    assert said(engine.advance(at(8))) == [("03", 3)]
    assert engine.wake_at() is None


def test_a_version_that_ends_passes_on_what_is_held() -> None:
    engine = pipeline(job())
    engine.process(batch(lines((3, "a", 3), (2, "a", 2))))
    assert said(engine.close(())) == [("02", 2), ("03", 3)]
    assert the_room(engine, "sort").used == 0


def test_where_there_is_no_room_the_earliest_are_passed_on_before_their_time() -> None:
    engine = pipeline(job(sort(3600), state=20_000))
    emission = engine.process(batch(lines((100, "a", 0), *((second, "a", 1) for second in range(99, 0, -1)))))
    room = the_room(engine, "sort")
    early = emission.counts["sort"].evicted
    assert 0 < early == len(rows(emission)) < 90
    assert room.used <= room.limit
    # What is earlier than the last that was passed on has no place any more.
    assert emission.counts["sort"].late + len(rows(engine.finish())) + early == 100
    assert room.used == 0


def test_a_record_without_room_of_its_own_is_passed_on_at_once() -> None:
    engine = pipeline(job(sort(3600), state=50))
    assert said(engine.process(batch(lines((3, "a", 3), (4, "a", 4))))) == [("03", 3), ("04", 4)]


def stamp(seconds: int) -> str:
    return f"1970-01-01T00:{seconds // 60:02}:{seconds % 60:02}Z"
