"""The laws of a pipeline, on records of any bytes: batches and restarts change nothing, each record has one fate."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.records import Batch, DeadLetter, Emission, EpisodeEvent, StepCount
from edge_orch.plan.plan import Limits, Plan
from tests.unit.engine.plans import (
    at,
    batch,
    pipeline,
)
from tests.unit.engine.whole_jobs import FORMATS, JOBS

numbers = st.sampled_from([0.0, 1.0, 4.5, 11.0, 12.25, 50.0, 99.0, -3.0])
records = st.tuples(
    st.integers(0, 400).map(lambda tenth: tenth / 10),
    st.sampled_from(["a", "b", "", "ß"]),
    st.one_of(st.none(), numbers),
    st.one_of(st.none(), st.integers(-3, 3), st.just(2**62), st.just(2**63)),
)
rubbish = st.one_of(
    st.binary(max_size=12).map(lambda data: data.replace(b"\n", b"")), st.sampled_from([b"", b"{}", b"\xff"])
)


def as_line(kind: str, record: tuple[Any, ...]) -> bytes:
    t, k, x, i = record
    if kind == "json":
        return (
            msgspec.json.encode({"t": t, "k": k or None, "x": x})[:-1] + f',"i":{"null" if i is None else i}}}'.encode()
        )
    if kind == "influx":
        tag = f",k={k}" if k else ""
        fields = ",".join(
            f"{name}={value}" for name, value in (("x", x), ("i", f"{i}i")) if value not in (None, "Nonei")
        )
        return f"m{tag} {fields} {round(t * 10) * 10**8}".encode()
    if kind == "logfmt":
        return " ".join(
            f"{name}={'' if part is None else part}" for name, part in zip("tkxi", record, strict=True)
        ).encode()
    sign = "," if kind == "csv" else " "
    return sign.join(["" if part is None else str(part) for part in (t, k, x, i)]).encode()


@st.composite
def inputs(draw: st.DrawFn) -> tuple[str, list[tuple[str, list[bytes], float]]]:
    """A format, and batches of it: (partition, lines, second of arrival)."""
    kind = draw(st.sampled_from(sorted(FORMATS)))
    line = st.one_of(records.map(lambda record: as_line(kind, record)), rubbish)
    batches = []
    now = 0.0
    for _ in range(draw(st.integers(1, 4))):
        now += draw(st.sampled_from([0.0, 1.0, 61.0]))
        batches.append((draw(st.sampled_from("pq")), draw(st.lists(line, min_size=1, max_size=12)), now))
    return kind, batches


class Log:
    """All that came out of a pipeline, so that two runs can be compared."""

    def __init__(self) -> None:
        self.outputs: dict[str, bytes] = {}
        self.dead: dict[str, list[DeadLetter]] = {}
        self.episodes: list[EpisodeEvent] = []
        self.counts: dict[str, StepCount] = {}

    def add(self, emission: Emission) -> None:
        for name, chunk in emission.outputs.items():
            assert chunk.data.count(b"\n") == chunk.count
            self.outputs[name] = self.outputs.get(name, b"") + chunk.data
        for letter in emission.dead:
            self.dead.setdefault(letter.step, []).append(letter)
        self.episodes += emission.episodes
        for name, count in emission.counts.items():
            self.counts[name] = self.counts.get(name, StepCount()) + count

    def facts(self) -> tuple[Any, ...]:
        return self.outputs, self.dead, self.episodes, self.counts


def run(job: Plan, batches: list[tuple[str, list[bytes], float]], *, split: bool = False, restart: bool = False) -> Log:
    log = Log()
    engine = pipeline(job)
    positions = dict.fromkeys("pq", 0)
    for partition, lines, now in batches:
        for part in (lines[: len(lines) // 3], lines[len(lines) // 3 :]) if split else [lines]:
            payload = b"".join(line + b"\n" for line in part)
            log.add(engine.process(Batch(partition, payload, at(now), positions[partition])))
            positions[partition] += len(part)
            if restart:
                engine = pipeline(job, state=engine.snapshot())
    log.add(engine.advance(at(batches[-1][2] + 63)))
    if restart:
        engine = pipeline(job, state=engine.snapshot())
    log.add(engine.finish())
    return log


@given(inputs())
def test_how_records_are_batched_and_restarts_between_them_change_nothing(
    given_input: tuple[str, list[tuple[str, list[bytes], float]]],
) -> None:
    kind, batches = given_input
    once = run(JOBS[kind], batches)
    assert run(JOBS[kind], batches, split=True, restart=True).facts() == once.facts()


@given(inputs(), st.sampled_from([16_000, 32_000, 64_000]))
def test_the_laws_hold_where_there_is_no_room_for_every_key(
    given_input: tuple[str, list[tuple[str, list[bytes], float]]], limit: int
) -> None:
    kind, batches = given_input
    job = msgspec.structs.replace(JOBS[kind], limits=Limits(state=limit))
    once = run(job, batches)
    assert run(job, batches, split=True, restart=True).facts() == once.facts()
    for name, count in once.counts.items():
        assert count.entered == count.passed + count.filtered + count.folded + count.dead, name
        assert count.dead == len(once.dead.get(name, ())), name


@given(inputs())
def test_every_record_that_entered_a_step_has_one_fate(
    given_input: tuple[str, list[tuple[str, list[bytes], float]]],
) -> None:
    kind, batches = given_input
    log = run(JOBS[kind], batches)
    counts = log.counts
    for name, count in counts.items():
        assert count.entered == count.passed + count.filtered + count.folded + count.dead, name
        assert count.dead == len(log.dead.get(name, ())), name
    passed = counts.get("parse", StepCount()).passed
    for child in ("unique", "small", "hot", "route", "throttle", "sample", "lag", "moves"):
        assert counts.get(child, StepCount()).entered == passed
    assert counts.get("sums", StepCount()).passed == log.outputs.get("sums", b"").count(b"\n")
    exploded = counts.get("elements", StepCount())
    assert exploded.passed == log.outputs.get("elements", b"").count(b"\n")
    assert exploded.entered == counts.get("lists", StepCount()).passed + 2 * exploded.passed
    taken = sum(log.outputs.get(name, b"").count(b"\n") for name in ("big", "rest"))
    assert counts.get("route", StepCount()).passed == counts.get("hot_rows", StepCount()).entered + taken
    for child in ("large", "many"):
        assert counts.get(child, StepCount()).entered == log.outputs.get("small", b"").count(b"\n")


@given(st.sampled_from(sorted(FORMATS)), st.binary(max_size=200), st.lists(st.binary(max_size=60), max_size=6))
def test_no_bytes_raise(kind: str, payload: bytes, singles: list[bytes]) -> None:
    engine = pipeline(JOBS[kind])
    for each in (payload, singles):
        log = Log()
        log.add(engine.process(batch(each)))
        for name, count in log.counts.items():
            assert count.entered == count.passed + count.filtered + count.folded + count.dead, name
