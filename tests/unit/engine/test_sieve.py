"""A job that only filters and maps says what any other says of the same records."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.records import DeadLetter, StepCount
from edge_orch.plan.expression import Context, Expression
from edge_orch.plan.formats import RegexFormat
from edge_orch.plan.plan import Plan
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Step
from tests.unit.engine.plans import (
    FLOAT,
    INT,
    STRING,
    TIMESTAMP,
    batch,
    call,
    col,
    filtered,
    lit,
    mapped,
    parsed,
    pipeline,
    plan,
    schematize,
)

READINGS = schematize(parsed("x", FLOAT), parsed("k", STRING, required=False))
POSITIVE = filtered(call("gt", col("x"), lit(0.0)), READINGS, "positive")
KNOWN = filtered(call("ne", col("k", STRING), lit("?", STRING)), POSITIVE, "known")
MATCHED = schematize(
    parsed("x", FLOAT),
    parsed("k", STRING, required=False),
    parsed("at", TIMESTAMP, required=False, format="unix_s"),
    kind=RegexFormat(r'\{"x":(?P<x>-?[\d.]+)(?:,"k":"(?P<k>.)")?(?:,"at":(?P<at>\d+))?\}'),
)
STAMPED = schematize(
    parsed("x", FLOAT),
    parsed("at", TIMESTAMP, required=False, format="%b %d"),
    kind=RegexFormat(r'\{"x":(?P<x>-?[\d.]+).*?(?:,"on":"(?P<at>.*)")?\}'),
)
HOT = filtered(call("gt", col("x"), lit(0.0)), MATCHED, "hot")
TOLD = filtered(call("ne", col("k", STRING), lit("?", STRING)), HOT, "told")
ONE = mapped(POSITIVE, "one", y=(lit(1.0), FLOAT))
DOUBLE = (call("mul", col("x"), lit(2.0), type_=FLOAT), FLOAT)
NAMED = (call("coalesce", call("lower", col("k", STRING), type_=STRING), lit("-", STRING), type_=STRING), STRING)
FROM: dict[str, tuple[Expression, FieldType]] = {
    **{name: (Context(f"source.{name}"), STRING) for name in ("partition", "topic", "clock", "boot")},
    "received_at": (Context("source.received_at", TIMESTAMP), TIMESTAMP),
}
CHAINS: dict[str, list[Step]] = {
    "filters": [READINGS, POSITIVE, KNOWN],
    "filter, maps": [READINGS, POSITIVE, ONE, mapped(ONE, x=DOUBLE)],
    "map": [READINGS, mapped(READINGS, x=DOUBLE, k=NAMED)],
    "map of where it came from": [READINGS, POSITIVE, mapped(POSITIVE, "map", **FROM)],
    "filters of text": [MATCHED, HOT, TOLD],
    "filters, map of text": [MATCHED, HOT, TOLD, mapped(TOLD, x=DOUBLE, k=NAMED)],
    "map of text": [MATCHED, mapped(MATCHED, x=DOUBLE)],
}
LINES = st.sampled_from(
    [
        b'{"x":1.5,"k":"a"}',
        b'{"x":2}',
        b'{"x":-1,"k":"a"}',
        b'{"x":3,"k":"?"}',
        b'{"x":4,"k":null}',
        b'{"x":5,"k":"b","at":7}',
        b'{"x":0.5,"at":8}',
        b'{"x":1.2.3}',
        '{"x":5,"k":"ß"}'.encode(),
        b'{"x":6,"y":"\xff"}',
        b'\xef\xbb\xbf{"x":7}',
        b'{"x":8,',
        b'"k":"a"}',
        b' {"x":9}\r',
        b'{"x":"4"}',
        b'{"x":1}{"x":2}',
        b'{"x":',
        b"1}",
        b"",
        b"\xff",
        b"[" * 2000,
    ]
)


def told(job: Plan, payloads: Sequence[bytes | list[bytes]]) -> tuple[bytes, list[DeadLetter], dict[str, StepCount]]:
    running, out, position = pipeline(job), b"", 0
    dead: list[DeadLetter] = []
    counts: dict[str, StepCount] = {}
    for payload in payloads:
        emission = running.process(batch(payload, position=position))
        out += emission.outputs["out"].data if "out" in emission.outputs else b""
        dead += emission.dead
        for name, count in emission.counts.items():
            counts[name] = counts.get(name, StepCount()) + count
        position += payload.count(b"\n") if isinstance(payload, bytes) else len(payload)
    return out, dead, counts


def loop(chain: list[Step]) -> Plan:
    """The same with an output more, record by record."""
    return plan(*chain, outputs={"out": chain[-1].name, "more": chain[0].name})


@pytest.mark.parametrize("name", CHAINS)
def test_it_is_a_sieve(name: str) -> None:
    assert "left0 = [" in pipeline(plan(*CHAINS[name])).code or ".extend([" in pipeline(plan(*CHAINS[name])).code
    assert "left0" not in pipeline(loop(CHAINS[name])).code


@pytest.mark.parametrize("name", CHAINS)
@given(lines=st.lists(LINES, max_size=40), size=st.integers(1, 50))
def test_the_same_as_record_by_record_however_cut(name: str, lines: list[bytes], size: int) -> None:
    whole = [line + b"\n" for line in lines]
    cut = [b"".join(whole[at : at + size]) for at in range(0, len(whole), size)]
    sieve = plan(*CHAINS[name])

    assert told(sieve, cut) == told(sieve, [b"".join(whole)]) == told(loop(CHAINS[name]), whole)


@pytest.mark.parametrize("name", CHAINS)
@given(lines=st.lists(LINES, max_size=12))
def test_a_record_alone_is_what_it_is_among_others(name: str, lines: list[bytes]) -> None:
    """With its newline, without, and as a message: an object of JSON then goes through a function of its own."""
    sieve, whole = plan(*CHAINS[name]), loop(CHAINS[name])
    assert ("def process_alone(" in pipeline(sieve).code) == ("text" not in name)
    assert "def process_alone(" not in pipeline(whole).code
    messages = [*lines, b'{"x":1,\n"k":"a"}', b'{"x":1}\n{"x":2}', b'{"x":1}\n', b'\n{"x":1}']

    assert told(sieve, [line + b"\n" for line in lines]) == told(whole, [line + b"\n" for line in lines])
    assert told(sieve, messages) == told(whole, messages)
    assert told(sieve, [[message] for message in messages]) == told(whole, [messages])


def test_where_several_steps_read_the_source_none_is_passed_over() -> None:
    other = schematize(parsed("x", FLOAT), name="other")
    small = filtered(call("lt", col("x"), lit(9.0)), other, "small")
    both = plan(READINGS, POSITIVE, other, small, outputs={"out": "positive", "others": "small"})

    emission = pipeline(both).process(batch(b'{"x":1}\n'))

    assert (emission.outputs["out"].count, emission.outputs["others"].count) == (1, 1)


@pytest.mark.parametrize(
    "chain",
    [
        [STAMPED, mapped(STAMPED, x=DOUBLE)],
        [READINGS, mapped(READINGS, "one", y=DOUBLE), mapped(READINGS, "two", z=DOUBLE)],
        [MATCHED, mapped(MATCHED, at=(call("coalesce", col("at", TIMESTAMP), type_=TIMESTAMP), TIMESTAMP))],
    ],
    ids=[
        "the arrival tells the year",
        "another map may ask for what was computed",
        "a timestamp that may be NULL is asked for twice",
    ],
)
def test_what_is_more_than_filters_and_maps_is_none(chain: list[Step]) -> None:
    assert "left0" not in pipeline(plan(*chain)).code


def test_a_condition_that_may_overflow_kills_its_record_alone() -> None:
    count = schematize(parsed("n", INT))
    much = filtered(call("gt", call("mul", col("n", INT), lit(2, INT), type_=INT), lit(0, INT)), count)

    out, dead, counts = told(plan(count, much), [b'{"n":1}\n{"n":9223372036854775807}\n{"n":2}\n'])

    assert (out, len(dead)) == (b'{"n":1}\n{"n":2}\n', 1)
    assert counts["filter"] == StepCount(entered=3, passed=2, dead=1)


@pytest.mark.parametrize("name", ["positive", "known"])
def test_each_filter_has_its_account(name: str) -> None:
    _, _, counts = told(plan(*CHAINS["filters"]), [b'{"x":1,"k":"a"}\n{"x":0}\n{"x":2,"k":"?"}\n'])

    assert (
        counts[name]
        == {
            "positive": StepCount(entered=3, passed=2, filtered=1),
            "known": StepCount(entered=2, passed=1, filtered=1),
        }[name]
    )
