"""A job that only filters says what any other says of the same records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.records import DeadLetter, StepCount
from edge_orch.plan.plan import Plan
from tests.unit.engine.plans import (
    FLOAT,
    INT,
    STRING,
    batch,
    call,
    col,
    filtered,
    lit,
    parsed,
    pipeline,
    plan,
    schematize,
)

READINGS = schematize(parsed("x", FLOAT), parsed("k", STRING, required=False))
POSITIVE = filtered(call("gt", col("x"), lit(0.0)), READINGS, "positive")
KNOWN = filtered(call("ne", col("k", STRING), lit("?", STRING)), POSITIVE, "known")
SIEVE = plan(READINGS, POSITIVE, KNOWN)
LOOP = plan(READINGS, POSITIVE, KNOWN, outputs={"out": "known", "more": "positive"})
LINES = st.sampled_from(
    [
        b'{"x":1.5,"k":"a"}',
        b'{"x":2}',
        b'{"x":-1,"k":"a"}',
        b'{"x":3,"k":"?"}',
        b'{"x":4,"k":null}',
        b'{"x":"4"}',
        b'{"x":1}{"x":2}',
        b'{"x":',
        b"1}",
        b"",
        b"\xff",
        b"[" * 2000,
    ]
)


def told(job: Plan, payloads: list[bytes]) -> tuple[bytes, list[DeadLetter], dict[str, StepCount]]:
    running, out, position = pipeline(job), b"", 0
    dead: list[DeadLetter] = []
    counts: dict[str, StepCount] = {}
    for payload in payloads:
        emission = running.process(batch(payload, position=position))
        out += emission.outputs["out"].data if "out" in emission.outputs else b""
        dead += emission.dead
        for name, count in emission.counts.items():
            sums = counts.setdefault(name, StepCount())
            for field in StepCount.__struct_fields__:
                setattr(sums, field, getattr(sums, field) + getattr(count, field))
        position += payload.count(b"\n")
    return out, dead, counts


def test_it_is_a_sieve() -> None:
    assert " for r0 in left0 if " in pipeline(SIEVE).code
    assert "left0" not in pipeline(LOOP).code


@given(st.lists(LINES, max_size=40), st.integers(1, 50))
def test_the_same_as_record_by_record_however_cut(lines: list[bytes], size: int) -> None:
    whole = [line + b"\n" for line in lines]
    cut = [b"".join(whole[at : at + size]) for at in range(0, len(whole), size)]

    assert told(SIEVE, cut) == told(SIEVE, [b"".join(whole)]) == told(LOOP, whole)


def test_a_condition_that_may_overflow_kills_its_record_alone() -> None:
    count = schematize(parsed("n", INT))
    much = filtered(call("gt", call("mul", col("n", INT), lit(2, INT), type_=INT), lit(0, INT)), count)

    out, dead, counts = told(plan(count, much), [b'{"n":1}\n{"n":9223372036854775807}\n{"n":2}\n'])

    assert (out, len(dead)) == (b'{"n":1}\n{"n":2}\n', 1)
    assert counts["filter"] == StepCount(entered=3, passed=2, dead=1)


@pytest.mark.parametrize("name", ["positive", "known"])
def test_each_filter_has_its_account(name: str) -> None:
    _, _, counts = told(SIEVE, [b'{"x":1,"k":"a"}\n{"x":0}\n{"x":2,"k":"?"}\n'])

    assert (
        counts[name]
        == {
            "positive": StepCount(entered=3, passed=2, filtered=1),
            "known": StepCount(entered=2, passed=1, filtered=1),
        }[name]
    )
