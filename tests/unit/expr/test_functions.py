"""The allow-list and the engine agree on what there is."""

from __future__ import annotations

from edge_orch.engine.functions import SPECIAL, STRICT
from edge_orch.expr.functions import FUNCTIONS, PLANNED

OPERATORS = {
    *("and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "is_null", "in", "between", "like"),
    *("add", "sub", "mul", "div", "mod", "neg", "case"),
}
CASTS = [f"cast_{type_}" for type_ in ("bool", "int", "float", "string", "timestamp")]


def test_every_function_has_a_meaning_and_every_meaning_a_name() -> None:
    assert {*FUNCTIONS, *PLANNED, *OPERATORS, *CASTS} == {*STRICT, *SPECIAL}


def test_every_function_is_described_by_its_call() -> None:
    for name, function in FUNCTIONS.items():
        assert function.doc.startswith(f"{name}(")
