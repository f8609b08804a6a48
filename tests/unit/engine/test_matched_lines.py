"""Lines that are read together say what each says alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.records import DeadLetter
from edge_orch.plan.formats import RegexFormat
from edge_orch.plan.plan import Plan
from edge_orch.plan.steps import Schematize
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

FIELDS = (
    parsed("x", FLOAT, min=-5.0),
    parsed("k", STRING, required=False),
    parsed("again", STRING, path=("k",), required=False),
    parsed("i", INT, required=False),
    parsed("u", STRING, default="C", required=False),
)
TWICE: dict[str, tuple[str, ...]] = {"k": ("k", "k_2"), "i": ("i", "other")}
_K, _I = r"(?: k=(?P<k>\w*)| j=(?P<k_2>\w*))?", r" (?:i=(?P<i>[\d.]*)|e=(?P<other>\d*))(?P<u>[A-Z°]+)?"
PATTERNS = {
    "together, names twice": rf"x=(?P<x>\S+){_K}{_I}",
    "one by one, names twice": rf"x=(?P<x>\S+)(?= ){_K}{_I}",
    "together": r"x=(?P<x>\S+)(?: k=(?P<k>\w*))? i=(?P<i>[\d.]*)(?P<u>[A-Z°]+)?",
    "one by one": r"x=(?P<x>\S+)(?= )(?: k=(?P<k>\w*))? i=(?P<i>[\d.]*)(?P<u>[A-Z°]+)?",
    "with a limit": r"x=(?P<x>\S+).*(?: k=(?P<k>\w*))? i=(?P<i>[\d.]*)(?P<u>[A-Z°]+)?",
}
GOOD = ["x=1.5 k=a i=1C", "x=2 j=b e=7", "x=-0 i=", "x=2 k= i=3", "x=1e2 k=ß i=4°C", "x=3 i=1", " x=1 i=2"[1:]]
BAD = [
    "",
    "x=",
    "x=nan i=1",
    "x=-6 i=1",
    "x=1 i=1.5",
    "x=1 i=9999999999999999999",
    "x=1_0 i=",
    "no",
    "\r",
    "x=1 i=1\r",
    "\x1c",
]
LINES = st.lists(
    st.one_of(st.sampled_from([*GOOD, *BAD]).map(str.encode), st.just(b"\xff"), st.just(b"x=" + b"1" * 9300)),
    max_size=12,
)


def job(pattern: str) -> Plan:
    step: Schematize = schematize(*FIELDS, kind=RegexFormat(pattern, TWICE if "k_2" in pattern else {}))
    small = call("lt", call("mul", col("i", INT), lit(2, INT), type_=INT), lit(9, INT))
    return plan(step, filtered(small, step), outputs={"all": "parse", "out": "filter"})


def told(made: Plan, payloads: list[bytes | list[bytes]]) -> tuple[dict[str, bytes], list[DeadLetter]]:
    running, position = pipeline(made), 1
    outputs: dict[str, bytes] = {}
    dead: list[DeadLetter] = []
    for payload in payloads:
        emission = running.process(batch(payload, position=position))
        dead += emission.dead
        for name, chunk in emission.outputs.items():
            outputs[name] = outputs.get(name, b"") + chunk.data
        position += len(payload) if isinstance(payload, list) else payload.count(b"\n")
    return outputs, sorted(dead, key=lambda letter: letter.position)


@pytest.mark.parametrize("kind", PATTERNS)
@given(lines=LINES)
def test_the_same_together_and_alone(kind: str, lines: list[bytes]) -> None:
    made, ended = job(PATTERNS[kind]), [line + b"\n" for line in lines]

    assert told(made, [b"".join(ended)]) == told(made, list(ended))
    assert told(made, [b"\n".join(ended)])[0] == told(made, list(ended))[0], "blank lines between change nothing"


def test_a_record_that_came_by_itself_may_hold_newlines() -> None:
    step = schematize(parsed("a", STRING), kind=RegexFormat(r"(?P<a>\D+)"))

    outputs, dead = told(plan(step), [[b"x\ny", b"", b"1"]])

    assert outputs == {"out": b'{"a":"x\\ny"}\n'}
    assert [(letter.position, letter.reason) for letter in dead] == [
        (2, "the record is empty"),
        (3, "does not match the expression"),
    ]
