"""A text that JSON takes, and of which a form says that the expression takes it, is taken by the expression."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge_orch.engine.number_form import NumberForm, number_form

parser: Any = import_module("re._parser")
FORMS = [
    r"\d+",
    r"[0-9]+",
    r"-?\d+",
    r"\d+\.\d+",
    r"[-+]?\d+\.\d+",
    r"-?\d+(?:\.\d+)?",
    r"[+-]?[0-9]+(?:\.[0-9]+)?",
    r"\d+\.?\d*",
    r"[\d.]+",
    r"[-0-9.]+",
    r"\S+",
]
OTHERS = [r"\d*", r"\d+\.\d{2}", r"\w+", "-?", r"\d+ ?", r"-\d+", r"\d+(?:\.\d+){2}", r"[\d.]+?"]
TEXTS = st.one_of(
    st.text("0123456789.-+eE \t\r\n", min_size=1, max_size=6), st.floats().map(str), st.integers().map(str)
)


def form_of(pattern: str) -> NumberForm | None:
    return number_form(parser.parse(pattern))


def is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text, type=float)
    except msgspec.MsgspecError:
        return False
    return True


@pytest.mark.parametrize("pattern", FORMS)
@given(text=TEXTS)
@example("1e5")
@example(" 1")
@example("1\n")
@example("-1")
@example("-1.5")
@example("12")
@example("1.5")
def test_what_has_the_form_is_taken(pattern: str, text: str) -> None:
    form = form_of(pattern)

    assert form is not None
    if is_json(text):
        assert not form.has(text, 1) or re.fullmatch(pattern, text)


@pytest.mark.parametrize("pattern", FORMS)
@given(texts=st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str), min_size=1, max_size=4))
def test_plain_numbers_that_are_taken_have_the_form(pattern: str, texts: list[str]) -> None:
    form = form_of(pattern)

    assert form is not None
    assert form.has(",".join(texts), len(texts)) == all(re.fullmatch(pattern, text) for text in texts)


@pytest.mark.parametrize("pattern", OTHERS)
def test_other_expressions_have_none(pattern: str) -> None:
    assert form_of(pattern) is None
