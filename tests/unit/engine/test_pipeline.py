"""The laws that `edge_orch.engine.pipeline` promises, over dirty data."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from edge_orch.engine.pipeline import Pipeline, UnreadableState
from edge_orch.errors import Invalid
from edge_orch.plan.plan import ParamSpec, step_digest
from edge_orch.plan.steps import (
    Aggregation,
)
from tests.unit.engine.plans import (
    FLOAT,
    INT,
    STRING,
    TIMESTAMP,
    aggregate,
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
from tests.unit.engine.whole_jobs import FORMATS, JOBS


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
