"""The laws that `edge_orch.engine.pipeline` promises, over dirty data."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.pipeline import Pipeline, UnreadableState
from edge_orch.engine.records import Batch, DeadLetter, Emission, EpisodeEvent, StepCount
from edge_orch.errors import Invalid
from edge_orch.plan.formats import CsvFormat, InfluxFormat, KeyValueFormat, RegexFormat
from edge_orch.plan.plan import Limits, ParamSpec, Plan, step_digest
from edge_orch.plan.schema import Field, Schema
from edge_orch.plan.steps import (
    Aggregation,
    Alert,
    Branch,
    Clear,
    Deadband,
    Dedupe,
    Explode,
    Generalize,
    Hash,
    Lag,
    Lookup,
    Mask,
    Quorum,
    Route,
    Sample,
    Schematize,
    SummaryPart,
    Throttle,
)
from edge_orch.time import SECOND
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
    filtered,
    lit,
    mapped,
    param,
    parsed,
    pipeline,
    plan,
    rows,
    schematize,
)

FIELDS = (
    parsed("t", TIMESTAMP, format="unix_s"),
    parsed("k", STRING, required=False),
    parsed("x", FLOAT, required=False),
    parsed("i", INT, required=False),
)
FORMATS = {
    "json": schematize(*FIELDS, time="t"),
    "csv": schematize(*FIELDS, time="t", kind=CsvFormat(("t", "k", "x", "i"))),
    "logfmt": schematize(*FIELDS, time="t", kind=KeyValueFormat()),
    "influx": schematize(
        parsed("t", TIMESTAMP, path=("timestamp",), format="unix_ns"),
        parsed("k", STRING, path=("tags", "k"), required=False),
        parsed("x", FLOAT, path=("fields", "x"), required=False),
        parsed("i", INT, path=("fields", "i"), required=False),
        time="t",
        kind=InfluxFormat(),
    ),
    "regex": schematize(*FIELDS, time="t", kind=RegexFormat(r"(?P<t>\S+) (?P<k>\w*) (?P<x>\S*) (?P<i>\S*)")),
}


def whole_job(step: Schematize) -> Plan:
    """Every kind of step, in several branches."""
    unique = Dedupe("unique", step.name, ("k", "x"), 3 * SECOND, step.schema)
    warm = filtered(call("gt", col("x"), param("warm")), unique, "warm")
    sums = mapped(warm, "sums", total=(call("add", col("i", INT), lit(2**62, INT), type_=INT), INT))
    compute = (
        Aggregation("n", "count", INT),
        Aggregation("avg", "avg", FLOAT, col("x")),
        Aggregation("dev", "stddev", FLOAT, col("x")),
        Aggregation("last", "last", FLOAT, col("x")),
        Aggregation("kinds", "count_distinct", INT, col("i", INT)),
        Aggregation("p", "quantile", FLOAT, col("x"), 0.9, where=call("lt", col("x"), lit(90.0))),
    )
    small = aggregate(step, *compute, by=("k",), size=5, name="small", grace_us=2 * SECOND, on_late="revise")
    large = aggregate(small, Aggregation("m", "max", FLOAT, col("avg")), size=20, name="large", on_late="dead_letter")
    cold = Clear(call("lt", col("x"), lit(5.0)), SECOND)
    hot = Alert(
        "hot", step.name, call("gt", col("x"), param("warm")), ("k",), SECOND, cold,
        "error", (SummaryPart("hot: "), SummaryPart(value="x")), ("bus",), step.schema,
    )  # fmt: skip
    few = Clear(call("le", col("n", INT), lit(1, INT)), 0)
    many = Alert(
        "many", small.name, call("gt", col("n", INT), lit(1, INT)), (), 0, few,
        "info", (SummaryPart(value="count"),), ("bus",), small.schema, Quorum("k", lit(2, INT), 20 * SECOND),
    )  # fmt: skip
    anybody = Alert(
        "gone", step.name, None, ("k",), 0, Clear(None, SECOND),
        "error", (SummaryPart(value="key"),), ("bus",), step.schema, absent_us=7 * SECOND,
    )  # fmt: skip
    anything = msgspec.structs.replace(anybody, name="silent", key=(), absent_us=90 * SECOND)
    few_a_window = Throttle("throttle", step.name, ("k",), 2, 4 * SECOND, step.schema)
    some = Sample("sample", step.name, ("x",), 0.5, step.schema)
    table = (("a", 1.5), ("ß", None))
    named = Lookup("lookup", "throttle", ("k",), ("y",), table, Schema((*step.schema.fields, Field("y", FLOAT)), "t"))
    arrays = call(
        "case",
        call("gt", col("x"), lit(10.0)),
        col("k", STRING),
        lit('[{"v":1},{"v":"?"},{},{"v":3.5}]', STRING),
        type_=STRING,
    )
    lists = mapped(step, "lists", e=(arrays, STRING))
    exploded_schema = Schema((*step.schema.fields, Field("v", FLOAT, True)), "t")
    elements = Explode("elements", "lists", "e", (parsed("v", FLOAT),), exploded_schema)
    by_element = aggregate(elements, Aggregation("s", "sum", FLOAT, col("v")), by=("v",), size=5, name="by_element")
    methods = (("k", Hash("${secret:KEY}")), ("x", Generalize(5.0)), ("i", Generalize(10)), ("t", Generalize(SECOND)))
    masked = Mask("mask", "route.rest", methods, step.schema)
    large_sum = call("add", col("i", INT), lit(2**62, INT), type_=INT)
    branches = (
        Branch("hot", call("gt", col("x"), lit(20.0))),
        Branch("big", call("gt", large_sum, lit(2**62, INT))),
    )
    routed = Route("route", step.name, branches, step.schema, "rest")
    hot_rows = aggregate(step, Aggregation("n", "count", INT), by=("k",), size=5, name="hot_rows")
    hot_rows = msgspec.structs.replace(hot_rows, input="route.hot")
    lagged_schema = Schema((*step.schema.fields, Field("was", FLOAT), Field("since", TIMESTAMP)), "t")
    lagged = Lag("lag", step.name, ("k",), (("was", "x"), ("since", "t")), 9 * SECOND, lagged_schema)
    moving = Deadband("moves", step.name, ("k",), (("x", 2.0), ("i", 0.0)), 9 * SECOND, step.schema)
    outputs = {
        "raw": "parse", "sums": "sums", "again": "sums", "small": "small", "large": "large", "hot_rows": "hot_rows",
        "big": "route.big", "rest": "route.rest", "mask": "mask", "some": "sample", "named": "lookup",
        "elements": "elements", "by_element": "by_element", "lagged": "lag", "moves": "moves",
    }  # fmt: skip
    return plan(
        step,
        unique,
        warm,
        sums,
        small,
        large,
        hot,
        many,
        anybody,
        anything,
        routed,
        hot_rows,
        masked,
        few_a_window,
        some,
        named,
        lists,
        elements,
        by_element,
        lagged,
        moving,
        outputs=outputs,
        params=(ParamSpec("warm", FLOAT, 10.0),),
    )


JOBS = {name: whole_job(step) for name, step in FORMATS.items()}

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
            total = self.counts.setdefault(name, StepCount())
            for field in StepCount.__struct_fields__:
                setattr(total, field, getattr(total, field) + getattr(count, field))

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


def test_output_is_ndjson_in_schema_order() -> None:
    emission = pipeline(JOBS["json"]).process(batch(b'{"i":1,"x":1,"k":"\xc3\x9f","t":1.5}'))
    assert emission.outputs["raw"].data == '{"t":"1970-01-01T00:00:01.500000Z","k":"ß","x":1.0,"i":1}\n'.encode()


def test_an_override_is_bound_between_batches_and_keeps_state() -> None:
    step = FORMATS["json"]
    warm = filtered(call("gt", col("x"), param("warm")), step, "warm")
    windows = aggregate(warm, Aggregation("n", "count", INT))
    engine = pipeline(plan(step, warm, windows, params=(ParamSpec("warm", FLOAT, 10.0),)), params={"warm": 20})
    engine.process(batch(b'{"t":1,"x":15}\n{"t":1,"x":25}'))
    engine.bind({})
    engine.process(batch(b'{"t":2,"x":15}'))
    assert rows(engine.finish())[0]["n"] == 2


@pytest.mark.parametrize("value", ["hot", True, None])
def test_a_parameter_of_the_wrong_type_is_refused_and_changes_nothing(value: Any) -> None:
    engine = pipeline(JOBS["json"])
    with pytest.raises(Invalid, match="wrong type for the parameter warm"):
        engine.bind({"warm": value})
    assert "sums" not in engine.process(batch(b'{"t":1,"x":9}')).outputs


def test_state_of_a_step_that_changed_is_left_out_and_of_others_kept() -> None:
    step = FORMATS["json"]
    kept = aggregate(step, Aggregation("n", "count", INT), name="kept")
    before = pipeline(plan(step, kept, aggregate(step, Aggregation("n", "count", INT), name="changed")))
    before.process(batch(b'{"t":1}'))
    changed = aggregate(step, Aggregation("m", "count", INT), name="changed")
    after = pipeline(plan(step, kept, changed, outputs={"kept": "kept", "changed": "changed"}), state=before.snapshot())
    emission = after.finish()
    assert list(emission.outputs) == ["kept"]


@pytest.mark.parametrize("state", [b"\xff", b"\x90", msgspec.msgpack.encode({"x": 1})])
def test_state_that_is_none_is_refused(state: bytes) -> None:
    with pytest.raises(Invalid, match="saved state"):
        pipeline(JOBS["json"], state=state)


def test_of_the_state_of_one_step_that_cannot_be_read_the_rest_is_told() -> None:
    step = FORMATS["json"]
    both = [aggregate(step, Aggregation(name, "count", INT), name=name) for name in ("one", "two")]
    job = plan(step, *both, outputs={"one": "one", "two": "two"})
    before = pipeline(job)
    before.process(batch(b'{"t":1}'))
    saved = msgspec.msgpack.decode(before.snapshot(), type=dict[str, bytes])
    saved[step_digest(both[0])] = b"\x91\x01"
    with pytest.raises(UnreadableState, match="step `one`") as raised:
        pipeline(job, state=msgspec.msgpack.encode(saved))
    assert raised.value.step == "one"
    assert list(pipeline(job, state=raised.value.rest).finish().outputs) == ["two"]
    clock = next(key for key in saved if " clock " in key)
    with pytest.raises(UnreadableState, match="job `") as raised:
        pipeline(job, state=msgspec.msgpack.encode({**saved, step_digest(both[0]): b"", clock: b"\xc1"}))
    assert raised.value.step in ("", "one")


HOSTILE = (
    "x\nimport os\n",
    "'); raise SystemExit #",
    "{0}{step}{__class__}",
    "lambda",
    "f0",
    "\u2028raise SystemExit",
    "%s{}",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_a_user_chose_becomes_code(name: str) -> None:
    """Names go into the source as literals only; those that cannot be JSON keys are refused."""
    step = schematize(parsed(name, FLOAT, required=False), parsed("t", TIMESTAMP, format="unix_s"), time="t", name=name)
    overflow = call("add", call("cast_int", col(name), type_=INT), lit(2**63 - 1, INT), type_=INT)
    added: dict[str, Any] = {"new" + name: (overflow, INT), "p": (param(name, STRING), STRING)}
    mapped_step = mapped(step, "map" + name, **added)
    windows = aggregate(
        mapped_step, Aggregation("n" + name, "count", INT), by=(name, "p"), name="w" + name, on_late="dead_letter"
    )
    after = mapped(windows, "after" + name, y=(call("add", col("n" + name, INT), lit(2**63 - 1, INT), type_=INT), INT))
    job = plan(step, mapped_step, windows, after, params=(ParamSpec(name, STRING, name),), name=name)
    if any(ord(char) < 32 or char in '"\\' for char in name):
        with pytest.raises(Invalid, match="cannot be a JSON key"):
            pipeline(job)
        return
    engine: Pipeline = pipeline(job)
    payload = b"".join(
        msgspec.json.encode({name: value, "t": t}) + b"\n" for value, t in ((0.0, 1), (5.0, 2), (0.0, 12), (0.0, 1))
    )
    emission = engine.process(batch(payload))
    dead = [letter.step for letter in emission.dead]
    assert dead == ["map" + name, "after" + name, "w" + name]


def test_the_generated_source_is_shown() -> None:
    code = pipeline(JOBS["json"]).code
    assert code.startswith("def process(lines, partition, now, context, first):\n")
    compile(code, "shown", "exec")
