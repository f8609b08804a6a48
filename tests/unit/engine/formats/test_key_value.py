from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.formats.key_value import _pairs, _plain_pairs, key_value_parser
from edge_orch.plan.formats import KeyValueFormat


def parse(line: str, *names: str, between: str = " ", equals: str = "=") -> list[str | None]:
    return key_value_parser(KeyValueFormat(between, equals), [tuple(name.split(".")) for name in names])(line, 0)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a=1 b=2", ["1", "2"]),
        ("  a=1   b=x=y ", ["1", "x=y"]),
        (r'a="x \"y\" = \\ z" b="\n"', [r'x "y" = \ z', "\n"]),
        ("a b=", ["true", ""]),
        ("b=1 b=2", [None, "2"]),
        ('a=x"y', ['x"y', None]),
    ],
)
def test_logfmt(line: str, expected: list[str | None]) -> None:
    assert parse(line, "a", "b") == expected


def test_pairs_may_stand_on_lines_of_their_own() -> None:
    text = 'Message type:\r\nImage: C:\\alloy.exe\r\nNote: "of\ntwo"\r\n'
    assert parse(text, "Message type", "Image", "Note", between="\n", equals=":") == ["", "C:\\alloy.exe", "of\ntwo"]


@given(st.text(alphabet="ab=; :x\\ \t", max_size=30), st.sampled_from([" ", ";", "; "]), st.sampled_from(["=", ": "]))
def test_lines_without_quotes_mean_the_same_by_the_short_way(line: str, between: str, equals: str) -> None:
    def told(pairs: Callable[[str, str, str], Iterable[tuple[str, str]]]) -> object:
        try:
            return list(pairs(line, between, equals))
        except ValueError as error:
            return str(error)

    assert told(_plain_pairs) == told(_pairs)


def test_a_path_is_a_name_with_dots() -> None:
    assert parse("http.status=200", "http.status") == ["200"]


def test_other_delimiters_and_blanks_around_them() -> None:
    assert parse('a: 1, b : "x, y" ,c', "a", "b", "c", between=",", equals=":") == ["1", "x, y", "true"]


@pytest.mark.parametrize("end", ["; ", ";", "; ; ", ""])
def test_behind_the_last_field_may_stand_a_delimiter_without_its_blank(end: str) -> None:
    assert parse(f'a: "x;"; b: 2{end}', "a", "b", between="; ", equals=": ") == ["x;", "2"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('a="x', "has a quote out of place"),
        ('a="x"y b=1', "has a quote out of place"),
        ("=1", "has a value without a name"),
    ],
)
def test_what_is_refused(line: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(line, "a")


@pytest.mark.parametrize("part", ["a=1 ", "a ", " ", 'a="" '], ids=["pairs", "names", "blanks", "quotes"])
def test_so_many_fields_and_no_more(part: str) -> None:
    assert parse(part * 99_999 + "b=2", "b") == ["2"]
    with pytest.raises(ValueError, match="has more than 100,000 fields"):
        parse(part * 100_001 + "b=2", "b")
