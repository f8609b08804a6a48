from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.calls.json import (
    json_array_length,
    json_extract,
    json_extract_string,
    json_member,
    json_member_string,
    json_valid,
    list_avg,
    list_max,
    list_min,
    list_sum,
)


def test_values_come_out_as_they_were_written() -> None:
    text = '{"big": 123456789012345678901234567890, "x": 1.50, "e": "\\u00e4\\n", "e": "ä"}'
    assert json_extract("big")(text) == "123456789012345678901234567890"
    assert json_extract("x")(text) == "1.50"
    assert json_extract_string("e")(text) == "ä"  # of a key that stands twice, the last counts


def test_what_comes_out_is_one_line() -> None:
    assert json_extract("$.a")('{"a": {\n "b": [1,\r\n 2]\n}}') == '{"b":[1,2]}'


@pytest.mark.parametrize("text", ["", "{", "[1", "nul", "[" * 100_000, '{"a": 1} x', "\x00"])
def test_what_is_no_json_is_null(text: str) -> None:
    assert [json_extract("$.a")(text), json_extract_string("$[0]")(text), json_array_length(text)] == [None] * 3
    assert [of(text) for of in (list_sum, list_avg, list_min, list_max)] == [None] * 4
    assert not json_valid(text)


def test_the_numbers_of_an_array() -> None:
    assert [of("[3, null, 1.5]") for of in (list_sum, list_avg, list_min, list_max)] == [4.5, 2.25, 1.5, 3.0]
    assert list_sum("[0.1, 0.2, 0.3]") == 0.6  # rounded once


@pytest.mark.parametrize("text", ["[]", "[null]", '[1, "2"]', "[1, true]", "[[1]]", '{"a": 1}', "7", "[1e400]"])
def test_an_array_of_something_else_has_none(text: str) -> None:
    assert [of(text) for of in (list_sum, list_avg, list_min, list_max)] == [None] * 4


def test_a_sum_beyond_floats_is_null() -> None:
    assert list_sum("[1e308, 1e308]") is list_avg("[1e308, 1e308]") is None
    assert list_max("[1e308, 1e308]") == 1e308


def test_names_of_xml_need_no_quotes() -> None:
    text = '{"order": {"@id": 7, "#text": "x", "ns:item-1": [8]}}'
    paths = ("$.order.@id", "$.order.#text", "$.order.ns:item-1[0]", '$.order."@id"')
    assert [json_extract_string(path)(text) for path in paths] == ["7", "x", "8", "7"]
    for path in ("$.@", "$.1", "$.a#b", "$.a b", "$.:a"):
        with pytest.raises(ValueError, match="cannot be read"):
            json_extract(path)


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("$[*].a", '[{"a": 1}, {"b": 2}, {"a": null}, 7, {"a": [3]}]', "[1,null,[3]]"),
        ("$.x[*]", '{"x": [1, 1.50]}', "[1,1.50]"),
        ("$.x.*", '{"x": {"a": 1, "b": "c"}}', '[1,"c"]'),
        ("$[*].a[*].b", '[{"a": [{"b": 1}, {"b": 2}]}, {"a": []}, {}, {"a": [{"b": 3}]}]', "[1,2,3]"),
        ("$.*[0]", '{"a": [1], "b": [], "c": [2, 3]}', "[1,2]"),
        ("$[*].a", '{"a": 1}', "[]"),
        ("$.*", "[1]", "[]"),
        ("$.x[*]", '{"y": 1}', "[]"),
        ("$.x[0][*]", '{"x": 1}', "[]"),
        ("$[*]", "{", None),
    ],
)
def test_a_wildcard_finds_all_there_are(path: str, text: str, found: str | None) -> None:
    assert json_extract(path)(text) == json_extract_string(path)(text) == found


NAMES = ["a", "b.c", "$.a", "/a", "", 0, 1, -1, 2, -3]


@given(
    st.sampled_from(NAMES),
    st.sampled_from(['{"a": 1, "b.c": "x\\n", "$.a": [1,\n 2], "": null}', '[1, "y"]', "[", "7", "null"]),
)
def test_a_member_that_a_value_names_is_what_a_path_would_find(name: str | int, text: str) -> None:
    path = f"$[{name}]" if isinstance(name, int) else f'$."{name}"'
    assert json_member(text, name) == json_extract(path)(text)
    assert json_member_string(text, name) == json_extract_string(path)(text)
