"""Dissections: what their expressions take, held to cutting by hand."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile.dissect import cut
from edge_orch.compile.groups import with_groups
from edge_orch.errors import Invalid, Location
from edge_orch.plan.backtracking import longest_text
from edge_orch.spec.leaves import Text
from edge_orch.spec.nodes import Scalar


def text(pattern: str) -> Text:
    where = Location("t", 1, 1)
    return Text(pattern, Scalar(pattern, where, plain=False, inner=where))


def found(pattern: str, line: str) -> dict[str, str] | None:
    groups = with_groups(cut(text(pattern)).value)
    match = re.fullmatch(groups.pattern, line)
    return match and {name: match[of] for name, (of,) in groups.names.items()}


def by_hand(delimiters: list[str], line: str) -> list[str] | None:
    parts = []
    for delimiter in delimiters:
        part, sign, line = line.partition(delimiter)
        if not sign:
            return None
        parts.append(part)
    return [*parts, line]


@given(st.lists(st.sampled_from([" ", ": ", " - ", "]", "aa", "] "]), max_size=6), st.text("a :]-\n", max_size=40))
def test_a_field_ends_at_the_first_of_what_stands_behind_it(delimiters: list[str], line: str) -> None:
    pattern = "".join(f"%{{f{place}}}{delimiter}" for place, delimiter in enumerate(delimiters)) + "%{last}"
    expected = by_hand(delimiters, line)
    fields = found(pattern, line)
    assert (fields and list(fields.values())) == expected


@given(st.lists(st.sampled_from([" ", ": ", " - ", "]", "aa", "] "]), max_size=12), st.booleans())
def test_the_time_is_linear_whatever_stands_between(delimiters: list[str], padded: bool) -> None:
    arrow = "->" if padded else ""
    pattern = "".join(f"%{{f{place}{arrow}}}{delimiter}" for place, delimiter in enumerate(delimiters)) + "%{last}"
    assert longest_text(with_groups(cut(text(pattern)).value).pattern) is None


def test_what_is_left_out_and_names_with_dots() -> None:
    assert found("%{} %{?skip} [%{@timestamp}] %{source.ip}", "a b [c d] e") == {"@timestamp": "c d", "source.ip": "e"}
    assert found("<%{pri}>%{}", "<12>x") == {"pri": "12"}
    assert found("%{a}.", "1.2.") is None, "what ends with a text ends there"


@pytest.mark.parametrize("line", ["a b", "a     b"])
def test_padding_is_skipped(line: str) -> None:
    assert found("%{a->} %{b}", line) == {"a": "a", "b": "b"}
    assert found("%{a->}  %{b}", "a    b") == {"a": "a", "b": "b"}


@pytest.mark.parametrize(
    ("pattern", "what", "column"),
    [
        ("%{a} %{b", "cut off", 6),
        ("plain", "without a field", 1),
        ("%{a}%{b}", "nothing stands between", 5),
        ("%{+a} %{+a}", "several parts", 1),
        ("%{a} %{&a}", "named by a part", 6),
        ("%{*a}=%{&a}", "named by a part", 1),
        ("%{a} %{a}", "stands here twice", 6),
        ("%{1}", "not a name", 1),
    ],
)
def test_what_is_no_dissection_is_told_at_its_place(pattern: str, what: str, column: int) -> None:
    with pytest.raises(Invalid) as error:
        cut(text(pattern))
    (problem,) = error.value.problems
    assert what in problem.what
    assert problem.where is not None
    assert problem.where.column == column
