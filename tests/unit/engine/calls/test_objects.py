"""Functions of JSON objects as wholes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.calls.json import MOST_ELEMENTS
from edge_orch.engine.calls.objects import (
    json_entries,
    json_filter,
    json_flatten,
    json_keys,
    json_merge_patch,
    json_rename,
    json_transform,
    json_unflatten,
    list_merge,
)

OBJECT = '{"a": 1.50, "b": null, "c": "é", "d": {"x": [1]}}'
NO_OBJECTS = ["[1]", "{", "3", "null"]


@pytest.mark.parametrize(
    ("text", "patch", "found"),
    [
        ('{"a":"b"}', '{"a":"c"}', '{"a":"c"}'),
        ('{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'),
        ('{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'),
        ('{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'),
        ('["a","b"]', '["c","d"]', '["c","d"]'),
        ('{"a":"foo"}', "null", None),
        ('{"a":"foo"}', '"bar"', '"bar"'),
        ('{"e":null}', '{"a":1}', '{"e":null,"a":1}'),
        ("[1,2]", '{"a":"b","c":null}', '{"a":"b"}'),
        ("{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'),
        ("{", "{}", None),
        ("{}", "{", None),
    ],
)
def test_examples_of_rfc_7396(text: str, patch: str, found: str | None) -> None:
    assert json_merge_patch(text, patch) == found


def test_keys_stand_in_order() -> None:
    assert json_keys('{"b": 1, "a": {"c": 2}}') == '["b","a"]'
    assert json_keys("[1]") is json_keys("{") is None


def test_members_are_chosen_by_key_and_value() -> None:
    told: list[tuple[str, str | None]] = []

    def keeps(value: str | None, key: str) -> bool:
        told.append((key, value))
        return value is not None and key != "c"

    assert json_filter(OBJECT, keeps) == '{"a":1.50,"d":{"x": [1]}}'
    assert told == [("a", "1.50"), ("b", None), ("c", "é"), ("d", '{"x": [1]}')]


def test_a_value_that_is_not_made_stays_as_it_was_written() -> None:
    made = {"a": "***", "d": [True]}
    assert json_transform(OBJECT, lambda _, key: made.get(key)) == '{"a":"***","b":null,"c":"é","d":[true]}'


def test_a_key_that_is_not_made_stays_and_of_two_that_become_the_same_the_latter_counts() -> None:
    assert json_rename(OBJECT, lambda _, key: "c" if key == "a" else None) == '{"c":"é","b":null,"d":{"x": [1]}}'


def test_what_is_within_is_taken_apart_but_arrays_and_empty_objects() -> None:
    text = '{"a": {"b": {"c": 1}, "d": [{"e": 2}]}, "f": {}, "g.h": null}'
    assert json_flatten(text, ".") == '{"a.b.c":1,"a.d":[{"e": 2}],"f":{},"g.h":null}'
    assert json_flatten(text, "_") == '{"a_b_c":1,"a_d":[{"e": 2}],"f":{},"g.h":null}'
    assert (
        json_flatten('{"a": [1.0, {"b": [[null]]}, []], "c": {}}', "_", True)
        == '{"a_0":1.0,"a_1_b_0_0":null,"a_2":[],"c":{}}'
    )
    assert json_flatten('{"a": ' + "[" * 31 + "1" + "]" * 31 + "}", ".", True) is not None
    assert json_flatten('{"a": ' + "[" * 32 + "1" + "]" * 32 + "}", ".", True) is None
    assert json_flatten('{"a": [' + "0," * MOST_ELEMENTS + "0]}", ".", True) is None
    assert json_flatten('{"a":' * 32 + "1" + "}" * 32, ".") is not None
    assert json_flatten('{"a":' * 33 + "1" + "}" * 33, ".") is None


@given(
    st.recursive(
        st.integers() | st.none(),
        lambda inner: st.dictionaries(st.text(max_size=3), inner, min_size=1) | st.lists(inner, min_size=1),
        max_leaves=12,
    ),
    st.booleans(),
)
def test_flattening_keeps_every_leaf(value: object, arrays: bool) -> None:
    """But of those whose keys become the same, where the latter counts."""

    def leaves(inner: object, above: str) -> dict[str, object]:
        if arrays and isinstance(inner, list):
            inner = dict(zip(map(str, range(len(inner))), inner, strict=True))
        if not isinstance(inner, dict):
            return {above: inner}
        found: dict[str, object] = {}
        for key, below in inner.items():
            found |= leaves(below, f"{above}/{key}" if above else key)
        return found

    within = {"top": value}
    assert json.loads(json_flatten(json.dumps(within), "/", arrays) or "") == leaves(within, "")


def test_keys_with_dots_become_objects() -> None:
    text = '{"a.b": 1.50, "a": {"c": 2}, "a.d.e": null, "x": [{"y.z": 1}]}'
    assert json_unflatten(text, ".") == '{"a":{"b":1.50,"c":2,"d":{"e":null}},"x":[{"y.z": 1}]}'
    assert json_unflatten('{"a": 1, "a.b": 2}', ".") == '{"a":{"b":2}}'
    assert json_unflatten('{"a.b": 2, "a": 1}', ".") == '{"a":1}'
    assert json_unflatten('{"a.b": {"c": 1}, "a": {"b": {"d": 2}}}', ".") == '{"a":{"b":{"d": 2}}}'
    assert json_unflatten('{"a": 1}', "") is None
    assert json_unflatten('{"%s": 1}' % ".".join("a" * 32), ".") is not None  # noqa: UP031 - braces
    assert json_unflatten('{"%s": 1}' % ".".join("a" * 33), ".") is None  # noqa: UP031 - braces


@given(
    st.recursive(st.integers(), lambda inner: st.dictionaries(st.sampled_from("abc"), inner, min_size=1), max_leaves=12)
)
def test_what_is_flattened_becomes_what_it_was(value: object) -> None:
    text = json.dumps({"top": value})
    assert json.loads(json_unflatten(json_flatten(text, ".") or "", ".") or "") == {"top": value}


def test_members_as_a_list() -> None:
    assert json_entries('{"a": 1.50, "b": "x"}') == '[{"key":"a","value":1.50},{"key":"b","value":"x"}]'


def test_objects_of_a_list_become_one() -> None:
    assert list_merge('[{"a": 1, "b": 2}, null, {"b": {"c": 3}}]') == '{"a":1,"b":{"c": 3}}'
    assert list_merge("[]") == "{}"
    assert list_merge("[1]") is list_merge("{}") is list_merge("[") is None


@pytest.mark.parametrize("text", NO_OBJECTS)
def test_what_is_no_object_is_none(text: str) -> None:
    assert json_filter(text, lambda *_: True) is None
    assert json_transform(text, lambda *_: 1) is None
    assert json_rename(text, lambda *_: "a") is None
    assert json_flatten(text, ".") is json_unflatten(text, ".") is json_entries(text) is None


def test_an_object_of_too_many_members_or_that_becomes_too_long_is_none() -> None:
    most = json.dumps(dict.fromkeys(map(str, range(MOST_ELEMENTS)), 1))
    more = most[:-1] + ',"x":1}'
    assert json_filter(most, lambda *_: True) is not None
    assert json_filter(more, lambda *_: True) is None
    assert list_merge(f"[{more}]") is None
    assert json_transform('{"a": 1, "b": 2}', lambda *_: "x" * 4_999_999) is None
    assert json_rename('{"a": 1, "b": 2}', lambda _, key: key * 5_000_001) is None
    long = json.dumps({"x" * 5_000: dict.fromkeys(map(str, range(2_000)), 1)})
    assert json_flatten(long, ".") is None


def test_no_line_break_leaves() -> None:
    assert json_filter('{"a": [1,\n2]}', lambda *_: True) == '{"a":[1,2]}'
