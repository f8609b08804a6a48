"""Behind a filter that says what a field is, all is as behind one that says it in a way that nobody sees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.code import literal
from edge_orch.engine.narrowing import narrowed
from edge_orch.engine.scope import Symbol
from edge_orch.plan.expression import Expression
from edge_orch.plan.formats import RegexFormat
from edge_orch.plan.plan import Plan
from edge_orch.plan.steps import Aggregation, Dedupe, Schematize, Step
from tests.unit.engine.plans import (
    BOOL,
    FLOAT,
    INT,
    STRING,
    aggregate,
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

FIELDS = (parsed("a", STRING, required=False), parsed("n", INT), parsed("x", FLOAT))
JSON = schematize(*FIELDS)
TEXT = schematize(*FIELDS, kind=RegexFormat(r'\{"a":(?:null|"(?P<a>.*)"),"n":(?P<n>-?\d+),"x":(?P<x>[-\d.]+)\}'))
OK, ONE, ZERO = lit('ö"k', STRING), lit(-1, INT), lit(0.0)
LINES = [
    f'{{"a":{a},"n":{n},"x":{x}}}'
    for a in (r'"ö\"k"', '"k"', "null")
    for n in (-1, 2)
    for x in ("-0.0", "0.0", "1.5")
]  # fmt: skip


def equal(left: Expression, right: Expression, *, openly: bool) -> Expression:
    return call("eq", left, right) if openly else call("not", call("ne", left, right))


def job(first: Schematize, behind: str, *, openly: bool) -> Plan:
    both = call(
        "and",
        equal(col("a", STRING), OK, openly=openly),
        call("and", equal(col("n", INT), ONE, openly=openly), equal(col("x"), ZERO, openly=openly)),
    )
    last: Step = filtered(both, first)
    steps = [first, last]
    match behind:
        case "map":
            longer = call("concat", col("a", STRING), col("a", STRING), type_=STRING)
            steps.append(mapped(last, b=(longer, STRING), a=(col("x"), FLOAT)))
        case "dedupe":
            steps.append(Dedupe("dedupe", last.name, ("a", "n"), 1, last.schema))
        case "aggregate":
            steps.append(aggregate(last, Aggregation("c", "count", INT), by=("a", "n")))
    return plan(*steps)


@pytest.mark.parametrize("behind", ["nothing", "map", "dedupe", "aggregate"])
@pytest.mark.parametrize("first", [JSON, TEXT], ids=["json", "text"])
@given(lines=st.lists(st.sampled_from(LINES), max_size=8))
def test_the_same_comes_out(first: Schematize, behind: str, lines: list[str]) -> None:
    payload = "".join(f"{line}\n" for line in lines).encode()
    told = []
    for openly in (True, False):
        running = pipeline(job(first, behind, openly=openly))
        taken, ended = running.process(batch(payload)), running.finish()
        told.append((taken.outputs, taken.counts, ended.outputs))

    assert told[0] == told[1]


def test_only_what_looks_the_same_is_known() -> None:
    columns = {name: Symbol(name, type_, nullable=True) for name, type_ in (("a", STRING), ("n", INT), ("x", FLOAT))}
    condition = call("and", call("eq", col("a", STRING), OK), call("eq", col("x"), ZERO))

    assert narrowed(columns, condition) == {
        **columns,
        "a": Symbol(literal(OK.value).text, STRING, nullable=False, fixed=True),
    }
    assert narrowed(columns, call("or", condition, lit(True, BOOL))) == columns
    assert narrowed(columns, call("eq", col("a", STRING), lit(None, STRING))) == columns
