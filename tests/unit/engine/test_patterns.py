"""What a pattern says of ASCII texts, its form for them says too."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.patterns import of_ascii
from edge_orch.plan.formats import RegexFormat
from tests.unit.engine.plans import STRING, batch, parsed, pipeline, plan, rows, schematize

PATTERNS = [
    r"(\d+\.\d+) (\S+) TEMP=(-?\d+(?:\.\d+)?)C",
    r"(?P<a>\w+)\b(\W*)(\s?)",
    r"(?i)(k+)([^s]*)",
    r"(?i:\u017f+)(.*)",
    r"(?x) (\d) # digits",
    r"([\w\s]*)([^\d]?)",
]


@pytest.mark.parametrize("pattern", PATTERNS)
@given(st.text(st.characters(max_codepoint=127), max_size=12) | st.from_regex(r"\A[0-9]\.[0-9] \S TEMP=[0-9]C\Z"))
def test_the_same_groups(pattern: str, text: str) -> None:
    if not text.isascii():
        return
    found, expected = of_ascii(pattern).fullmatch(text), re.compile(pattern).fullmatch(text)

    assert (found and found.groups()) == (expected and expected.groups())


def test_a_letter_beyond_ascii_still_stands_for_one_of_it_where_case_is_ignored() -> None:
    assert of_ascii("(?i)\\u017f").fullmatch("s")


@pytest.mark.parametrize("pattern", [r"\s", r"\S", r"[\s]", r"[^\s]", r"\d", r"\w", r"\W"])
def test_every_ascii_character(pattern: str) -> None:
    everything = [chr(code) for code in range(128)]

    assert list(map(bool, map(of_ascii(pattern).fullmatch, everything))) == [
        bool(re.fullmatch(pattern, one)) for one in everything
    ]


def test_what_comes_in_the_same_batch_does_not_change_what_a_space_is() -> None:
    step = schematize(parsed("a", STRING), kind=RegexFormat(r"(?P<a>\s|°)"))

    for neighbour in (b"", "\n°".encode()):
        assert rows(pipeline(plan(step)).process(batch(b"\x1c" + neighbour)))[0] == {"a": "\x1c"}


@pytest.mark.parametrize(("line", "known"), [("\u0663", True), ("3", True), ("x\u0663", False), ("x", False)])
def test_digits_of_other_scripts_are_digits_in_a_job(line: str, known: bool) -> None:
    step = schematize(parsed("a", STRING), kind=RegexFormat(r"(?P<a>\d)"))

    assert bool(rows(pipeline(plan(step)).process(batch(line.encode())))) is known
