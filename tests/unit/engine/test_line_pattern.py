"""All lines of a text at once say what each says alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.line_pattern import line_pattern

CHARACTERS = st.sampled_from(
    [
        *"ab.1,° -",
        *(rf"\{each}" for each in "dDsSwW.-"),
        *("[ab]", "[^ab]", r"[^\s,]", r"[^\W-]", "[a-c,]", r"[\d.]", r"[\w°]"),
    ]
)
PATTERNS = st.recursive(
    CHARACTERS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        inner.map(lambda part: f"({part})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "*?", "+?", "??"])).map(
            lambda part: f"(?:{part[0]}){part[1]}"
        ),
    ),
    max_leaves=8,
)
LINES = st.lists(st.text("ab 1,.-°\t\rü", max_size=8), min_size=1, max_size=6)


def together(pattern: str, lines: list[str], *, ascii_only: bool) -> list[tuple[str | None, ...] | None] | None:
    """The groups of each line that matches, as `line_pattern` has it; None: it leaves the pattern alone."""
    made = line_pattern(pattern, range(1, re.compile(pattern).groups + 1), ascii_only=ascii_only)
    if made is None:
        return None
    parts = re.compile(made.text, re.MULTILINE).split("".join(f"{line}\n" for line in lines))
    every = len(made.groups) + 1
    found: list[tuple[str | None, ...] | None] = []
    for at in range(0, len(parts), every):
        between, *groups = parts[at : at + every]
        assert not between or between.endswith("\n")
        found += [None] * between.count("\n")
        if at + 1 < len(parts):
            assert None not in {groups[group - 1] for group in made.always}
            found.append(tuple(groups))
    return found


def alone(pattern: str, lines: list[str]) -> list[tuple[str | None, ...] | None]:
    found = [re.compile(pattern).fullmatch(line) for line in lines]
    return [each.groups() if each else None for each in found]


@given(st.lists(PATTERNS, min_size=1, max_size=4).map("".join), LINES)
def test_the_same_groups_as_line_by_line(pattern: str, lines: list[str]) -> None:
    for tried in (pattern, f"({pattern})", f"^(a){pattern}$"):
        for ascii_only in {False, all(map(str.isascii, lines))}:
            found = together(tried, lines, ascii_only=ascii_only)
            assert found is None or found == alone(tried, lines)


@pytest.mark.parametrize("name", "dDsSwW")
@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_character_of_every_class(name: str, ascii_only: bool) -> None:
    lines = [chr(code) for code in range(128 if ascii_only else 0x3000) if chr(code) != "\n"]

    for pattern in (rf"(\{name})", rf"([\{name}])", rf"([^\{name}])", rf"([^\{name}x])"):
        assert together(pattern, lines, ascii_only=ascii_only) == alone(pattern, lines)


@given(st.lists(st.from_regex(r"\A\d{1,3}\.\d{0,2} \S{0,3} T=-?\d{0,2}(\.\d)?C?\Z", fullmatch=True), min_size=1))
def test_lines_as_they_are_in_use(lines: list[str]) -> None:
    pattern = r"(?P<ts>\d+\.\d+) (?P<name>\S+) T=(?P<t>-?\d+(?:\.\d+)?)(C)?"

    for ascii_only in {False, all(map(str.isascii, lines))}:
        assert together(pattern, lines, ascii_only=ascii_only) == alone(pattern, lines)


def test_what_cannot_go_wrong_is_possessive() -> None:
    made = line_pattern(r"(\d+)\.(\d+) (\S+)(?:-\S+)? x(?:\.\d+)?y", [1, 3], ascii_only=False)

    assert made is not None
    assert (made.groups, made.always) == ([1, 3], {1, 3})
    assert made.text == (r"^(?:([\d]{1,}+)\.(?:[\d]{1,}+)\ ([\S]{1,})(?:\-[\S]{1,}+|)\ x(?:\.[\d]{1,}+|)y)\n")


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?i)(a)",
        r"(?s)(a.)",
        r"(?i:(a))",
        r"(a)(?=b)",
        r"(a)\1",
        r"(a)\b",
        r"(a)\Z",
        r"(a)[\s,]",
        r"(a)\n",
        r"(a++)",
        r"(a|b)*",
        r"(?>a)(b)",
    ],
)
def test_what_is_left_as_it_is(pattern: str) -> None:
    assert line_pattern(pattern, [1], ascii_only=False) is None
