"""Named groups of other products."""

from __future__ import annotations

import re

import pytest

from edge_orch.compile.groups import with_groups


@pytest.mark.parametrize(
    ("pattern", "same"),
    [
        (r"(?P<a>\w+) (?P<b2>x)", True),
        (r"(?<=x)(?<!y)(?:z)(?P=a)", True),
        (r"\(?<a>[(?<b>]\[(?<", True),
        (r"(?<a>x)", False),
        (r"[[(?<a>x)]|(?<b>y)", False),
    ],
)
def test_what_says_nothing_new_stays_as_it_is(pattern: str, same: bool) -> None:
    assert (with_groups(pattern).pattern == pattern) is same


@pytest.mark.parametrize(
    ("pattern", "line", "texts"),
    [
        ("(?'a'x+)(?'b.c'y)", "xxy", {"a": "xx", "b.c": "y"}),
        ("(?<a>x+)(?P<b>y)", "xxy", {"a": "xx", "b": "y"}),
        ("(?<source.ip>x) (?<source_ip>y)", "x y", {"source.ip": "x", "source_ip": "y"}),
        ("(?P<[source][ip]>x)(?P<@timestamp>y)", "xy", {"source.ip": "x", "@timestamp": "y"}),
        ("(?P<a>x)|y(?P<a>z)", "yz", {"a": "z"}),
        ("(?P<a>x)(?P<a>z)", "xz", {"a": "x"}),
    ],
)
def test_each_name_has_its_text(pattern: str, line: str, texts: dict[str, str]) -> None:
    groups = with_groups(pattern)
    match = re.fullmatch(groups.pattern, line)
    assert match
    first = {name: next(match[group] for group in found if match[group]) for name, found in groups.names.items()}
    assert first == texts


def test_a_mistake_is_told_where_it_was_written() -> None:
    pattern = "(?<a>x)(?<source.ip>y)(?<b>z)+*"
    with pytest.raises(re.error) as error:
        re.compile(with_groups(pattern).pattern)
    assert with_groups(pattern).origin(error.value.pos or 0) == pattern.index("*")
