from __future__ import annotations

from collections.abc import Callable

import pytest

from edge_orch.engine.calls.json import MOST_ELEMENTS
from edge_orch.engine.calls.lists import (
    array_to_string,
    generate_series,
    list_concat,
    list_contains,
    list_distinct,
    list_filter,
    list_reverse,
    list_slice,
    list_sort,
    list_transform,
    regexp_extract_all,
    string_split,
)
from edge_orch.engine.calls.text import sha1, sha512

LIST = '[3, "b", null, 1.50, {"x": [1]}, 3, true]'


def test_elements_stay_as_they_were_written() -> None:
    assert list_reverse(LIST) == '[true,3,{"x": [1]},1.50,null,"b",3]'
    assert list_distinct(LIST) == '[3,"b",1.50,{"x": [1]},true]'
    assert list_concat("[12345678901234567890123]", "[1.0]") == "[12345678901234567890123,1.0]"
    assert list_concat('[{\n"a": 1}]', "[]") == '[{"a":1}]', "records are lines"
    assert array_to_string(LIST, "|") == '3|b|1.50|{"x": [1]}|3|true'


@pytest.mark.parametrize("text", ["", "{", '{"a": 1}', "7", '"a"', "[1", "[" * 100_000, "null"])
def test_what_is_no_array_is_null(text: str) -> None:
    of: list[Callable[[str], object]] = [list_reverse, list_distinct, list_sort]
    assert [each(text) for each in of] == [None] * 3
    assert (list_slice(text, 1, 2), array_to_string(text, ","), list_contains(text, "a")) == (None, None, None)
    assert list_concat("[]", text) is list_concat(text, "[]") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[3, null, 1.5, 2]", "[1.5,2,3,null]"),
        ('["b", "B", "a"]', '["B","a","b"]'),
        ("[]", "[]"),
        ("[null]", "[null]"),
        ('[1, "1"]', None),
        ("[true, false]", None),
        ("[1, true]", None),
        ("[[1]]", None),
    ],
)
def test_only_what_is_alike_is_sorted(text: str, found: str | None) -> None:
    assert list_sort(text) == found


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (1, 2, "[1,2]"),
        (2, -1, "[2,3,4]"),
        (-2, -1, "[3,4]"),
        (3, 9, "[3,4]"),
        (0, 1, "[1]"),
        (4, 2, "[]"),
        (-9, -4, "[1]"),
    ],
)
def test_places_are_counted_from_both_ends(first: int, last: int, found: str) -> None:
    assert list_slice("[1, 2, 3, 4]", first, last) == found


def test_an_element_is_found_as_it_is_written() -> None:
    assert [list_contains(LIST, each) for each in ("b", "3", "true", "1.50", "1.5", "null", "x")] == [
        True, True, True, True, False, False, False,
    ]  # fmt: skip


def test_elements_are_told_as_texts_with_their_places_and_kept_as_they_are() -> None:
    told: list[tuple[str | None, int]] = []

    def keeps(element: str | None, place: int) -> bool:
        told.append((element, place))
        return place != 2

    assert list_filter('["a", 1.50, null, {"x": "é"}]', keeps) == '["a",null,{"x": "é"}]'
    assert told == [("a", 1), ("1.50", 2), (None, 3), ('{"x": "é"}', 4)]
    assert list_filter("{}", keeps) is None


def test_an_array_of_too_many_elements_is_none() -> None:
    most = f"[{'1,' * (MOST_ELEMENTS - 1)}1]"

    assert list_sort(most) == most
    assert list_sort(f"[1,{most[1:]}") is None


def test_what_is_made_of_elements_is_bounded() -> None:
    assert list_transform("[1, 2]", lambda element, place: [element, place]) == '[["1",1],["2",2]]'
    assert list_transform("1", lambda _, place: place) is None
    assert list_transform("[1, 2]", lambda *_: "x" * 4_999_999) is None


def test_parts_of_a_text() -> None:
    assert string_split("a,b,,", ",") == '["a","b","",""]'
    assert string_split("aé", "") == '["a","é"]'
    assert regexp_extract_all("a=1 b=20", "[a-z]=([0-9]+)", 1) == '["1","20"]'
    assert regexp_extract_all("x", "[0-9]") == "[]"
    assert regexp_extract_all("ab", "(a)|b", 1) == '["a",null]'
    assert regexp_extract_all("x", "(x)", 2) is None
    assert regexp_extract_all("x=" * 10_000, "(.*)=(.*)=(.*);") is None, "longer than is matched in time"


def test_digests() -> None:
    assert sha1("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d"
    assert sha512("abc").startswith("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea2")


def test_a_series_of_whole_numbers() -> None:
    assert (generate_series(1, 4), generate_series(-1, -1), generate_series(2, 1)) == ("[1,2,3,4]", "[-1]", "[]")
    longest = generate_series(1, 100_000)
    assert longest is not None
    assert longest.endswith(",100000]")
    assert generate_series(1, 100_001) is generate_series(-(1 << 63), (1 << 63) - 1) is None
