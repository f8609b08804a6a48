"""Numbers that are read up to what comes next are what the expression says, or the expression itself is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge_orch.engine.lines import Lines
from edge_orch.engine.loose_lines import LooseLines, loose_lines
from tests.unit.engine.plans import FLOAT, INT, STRING, parsed

FIELDS = (parsed("a", FLOAT), parsed("b", STRING), parsed("c", FLOAT, min=-50.0))
GROUPS = [(1,), (2,), (3,)]
PATTERNS = [
    r"(\d+\.\d+) (\w*) T=(-?\d+(?:\.\d+)?)C",
    r"([-+]?\d+) (.*) T=([\d.]+)C",
    r"(\S+) (\S+) T=(-?\d+)C?",
    r"([\d.]+)\t(.*?)\tT=(\S+)",
]
PARTS = [
    "0.5",
    "12",
    "-3.25",
    "+1",
    "-0",
    "1e5",
    "1.5.2",
    "007",
    "9" * 40,
    " ",
    "T=",
    " T=",
    "C",
    "x",
    "\t",
    "\n",
    "1\n",
    "-",
]
TEXTS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=14).map("".join)
GOOD = st.lists(
    st.sampled_from(["0.5 x T=1.5C", "12 x T=1C", "1.5 x T=-2.25C", "-3 x T=1C", "0.5\tx\tT=1", "1 xx T=-4"]),
    min_size=1,
).map("\n".join)


def reader(pattern: str, fields: Any = FIELDS, groups: Any = GROUPS) -> LooseLines:
    found = loose_lines(pattern, groups, fields)
    assert found is not None
    return found


def alone(pattern: str, text: str) -> list[Sequence[Any]] | None:
    """The values line by line; None if a line has none."""
    matches = [re.fullmatch(pattern, line) for line in text.removesuffix("\n").split("\n")]
    if None in matches:
        return None
    rows = [match.groups() for match in matches if match]
    return [[float(row[0]) for row in rows], [row[1] for row in rows], [float(row[2]) for row in rows]]


@pytest.mark.parametrize("pattern", PATTERNS)
@given(text=TEXTS | GOOD)
@example("0.5 x T=1\n2.5 y T=3C\n")
@example("1 x T=1\n\n2C\n")
def test_what_it_says_is_so(pattern: str, text: str) -> None:
    values = reader(pattern).values(Lines(text.encode()))

    if values is not None:
        assert list(map(list, values)) == alone(pattern, text)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(-49, 49)), min_size=1, max_size=9))
def test_plain_lines_are_read(numbers: list[tuple[int, int]]) -> None:
    lines = Lines("".join(f"{a}.5 x T={c}C\n" for a, c in numbers).encode())

    values = reader(PATTERNS[0]).values(lines)

    assert values == [[a + 0.5 for a, _ in numbers], ["x"] * len(numbers), [float(c) for _, c in numbers]]
    assert lines.count == len(numbers)


@pytest.mark.parametrize(
    "bad", ["0.5 x T=1", "0.5 x T=1.5.2C", "0.5 x T=-51C", "5 x T=1C", "", "0.5 x T=1e1C", "-0.5 x T=1C"]
)
def test_after_a_bad_line_it_leaves_payloads_to_the_expression_for_a_while(bad: str) -> None:
    loose, good = reader(PATTERNS[0]), b"0.5 x T=1C\n"

    assert loose.values(Lines(good)) is not None
    assert loose.values(Lines(good + bad.encode() + b"\n" + good)) is None
    left = [loose.values(Lines(good)) is None for _ in range(100)]
    assert left == sorted(left, reverse=True)
    assert set(left) == {True, False}


@pytest.mark.parametrize(
    ("pattern", "fields", "groups"),
    [
        (r"(\d+) (x)(?= )(\d+)", FIELDS, GROUPS),
        (r"(\d+)[ x](.*),(\d+)[,.]", FIELDS, GROUPS),
        (r"(\d+ ?) (\w+),([1-9]\d*)", FIELDS, GROUPS),
        (r"(\d+) (\w+)(?:,(\d+))?", FIELDS, GROUPS),
        (r"(\d+) (\w+)", (parsed("a", INT), parsed("b", STRING)), [(1,), (2,)]),
        (r"(\d+) (\w+)", (parsed("a", FLOAT, required=False), parsed("b", STRING)), [(1,), (2,)]),
        (r"(\d+) (\w+)", (parsed("a", FLOAT), parsed("b", STRING)), [(1,), (1,)]),
        (r"(\S+)x(\w+)", (parsed("a", FLOAT), parsed("b", STRING)), [(1,), (2,)]),
    ],
    ids=["looks ahead", "several may come next", "other forms", "not always", "no float", "none", "twice", "takes it"],
)
def test_there_may_be_nothing_to_gain(pattern: str, fields: Any, groups: Any) -> None:
    assert loose_lines(pattern, groups, fields) is None
