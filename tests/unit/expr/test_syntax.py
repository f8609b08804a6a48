from __future__ import annotations

import contextlib
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from edge_orch.errors import Invalid, Location
from edge_orch.expr.expression import parse_expression
from edge_orch.plan.expression import Call
from edge_orch.spec.leaves import Sql
from edge_orch.spec.nodes import Scalar
from tests.unit.expr.scopes import SCOPE, typed

WORDS = (
    "i f s t b maybe_i :limit 1 2.5 'a' NULL TRUE ( ) [ ] , . + - * / % || = <> < AND OR NOT IS IN BETWEEN LIKE CASE"
)
WORDS += " WHEN THEN ELSE END CAST AS int :: lower( coalesce( count( FILTER WHERE OVER SELECT FROM ; INTERVAL day -- /*"


def column(text: str) -> int:
    with pytest.raises(Invalid) as error:
        typed(text)
    where = error.value.problems[0].where
    assert where is not None
    return where.column


@pytest.mark.parametrize(
    ("text", "at"),
    [("oops > 1", 1), ("i > oops", 5), ("i > 1 AND oops = 2", 11), ("lower(i)", 7), ("i > :oops", 5),
     ("i + oops(1)", 5),
     ("i > 1 )", 7), ("i >", 3), ("i = 'a' AND b", 1), ("coalesce(maybe_i, 'x')", 10), ("f > 1 AND f + s > 2", 15)],
)  # fmt: skip
def test_an_error_points_at_its_token(text: str, at: int) -> None:
    assert column(text) == at


def test_in_text_on_several_lines_an_error_points_at_the_beginning() -> None:
    text = Sql.read(Scalar("i > 1 AND\n  oops", Location("job.yaml", 7, 9), plain=False))
    with pytest.raises(Invalid) as error:
        parse_expression(text, SCOPE)
    assert error.value.problems[0].where == Location("job.yaml", 7, 9)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000, "(" * 30 + "i" + ")" * 30, "NOT " * 500 + "b", "- " * 500 + "i", " + ".join(["i"] * 500),
        "i" * 9_000,
        "CASE WHEN b THEN " * 100, "lower(" * 40 + "s" + ")" * 40, "i::int" * 200, "[" * 200, "'" * 501,
        "struct(" * 31, "map(" * 31, "int(" * 31, "x::struct(" * 31, "array[" * 31,
    ],
)  # fmt: skip
def test_what_is_too_large_or_too_deep_is_invalid_or_fine_and_quick(text: str) -> None:
    with contextlib.suppress(Invalid):
        typed(text)


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    for text in ("x -> 'a[0.1]'", "x:a[0.1]", "DROP TABLE x", "SET x = 1"):
        with contextlib.suppress(Invalid):
            typed(text)
    assert caplog.records == []


def test_long_conditions_are_fine() -> None:
    assert isinstance(typed(" OR ".join(f"i = {n}" for n in range(50))), Call)


@given(st.lists(st.sampled_from(WORDS.split()), max_size=14).map(" ".join) | st.text(max_size=20).filter(str.strip))
def test_any_text_is_an_expression_or_invalid(text: str) -> None:
    with contextlib.suppress(Invalid):
        typed(text)


def test_sqlglot_is_not_loaded_for_problems_of_form() -> None:
    code = (
        "import sys\nfrom edge_orch.compile import compile_job\nfrom edge_orch.errors import Invalid\n"
        "try: compile_job('kind: Jb', 'f')\nexcept Invalid: sys.exit('sqlglot' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_comments_and_case_do_not_matter() -> None:
    assert typed("i > 1 -- why") == typed("i>1") == typed("( i > 1 )")


@pytest.mark.parametrize("order", [("this", "true"), ("true", "this")])
def test_of_several_things_that_are_missing_always_the_same_is_told(
    order: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exp.If, "required_args", order)  # a set, whose order changes with each process
    with pytest.raises(Invalid, match="something is missing after `using`"):
        typed("CASE WHEN using = 'a' THEN 1 END")
