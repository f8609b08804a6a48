from __future__ import annotations

import pytest

from edge_orch.engine.calls.json import json_array_length, json_extract, json_extract_string, json_valid


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
    assert not json_valid(text)
