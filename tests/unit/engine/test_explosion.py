from __future__ import annotations

from typing import Any

import pytest

from edge_orch.engine.calls.json import MOST_ELEMENTS
from edge_orch.engine.explosion import MOST_BYTES, exploder, splitter
from edge_orch.engine.records import StepCount
from edge_orch.plan.schema import Field, Schema
from edge_orch.plan.steps import Explode, ParsedField
from tests.unit.engine.plans import BOOL, FLOAT, INT, STRING, TIMESTAMP, batch, parsed, pipeline, plan, rows, schematize

JSON = parsed("inner", STRING, json=True, required=False)


@pytest.mark.parametrize(
    ("type_", "text", "parts"),
    [
        (STRING, "a, b,", [("a", "", ""), (" b", "", ""), ("", "", "")]),
        (INT, "1,x,3", [(1, "", ""), (None, "is not an integer", "v"), (3, "", "")]),
        (STRING, "", []),
        (STRING, None, []),
    ],
)
def test_a_text_is_split_at_its_separator(type_: Any, text: str | None, parts: list[Any]) -> None:
    field = parsed("v", type_, path=())
    assert splitter(field, ",")(text, 0) == parts


@pytest.mark.parametrize(
    ("fields", "text", "expected"),
    [
        ([parsed("v", FLOAT)], '[{"v": 1}, {"v": 2.5, "w": []}]', [(1.0, "", ""), (2.5, "", "")]),
        ([parsed("v", INT, path=("a", "b"), required=False)], '[{}, {"a": {"b": 7}}]', [(None, "", ""), (7, "", "")]),
        ([parsed("t", TIMESTAMP, format="unix_s"), parsed("b", BOOL)], '[{"t": 1.5, "b": true}]', [
            (1_500_000, True, "", ""),
        ]),
        ([parsed("v", STRING, path=())], '["a", null]', [("a", "", ""), (None, "Expected `str`, got `null`", "v")]),
        ([parsed("v", INT, path=(), required=False)], "[1, null]", [(1, "", ""), (None, "", "")]),
        ([JSON], '[{"inner": [1, {"x": 2}]}, {}, {"inner": null}]', [
            ('[1, {"x": 2}]', "", ""), (None, "", ""), (None, "", ""),
        ]),
        ([parsed("v", FLOAT, max=1.0)], '[{"v": 2}, 3, {}]', [
            (None, "Expected `float` <= 1.0", "v"), (None, "Expected `object`, got `int`", ""),
            (None, "Object missing required field `v`", "v"),
        ]),
        ([parsed("v", STRING, pattern="a+")], '[{"v": "b"}]', [(None, "does not match a+", "v")]),
        ([parsed("v", INT)], "[]", []),
        ([parsed("v", INT)], None, []),
    ],
)  # fmt: skip
def test_elements(fields: list[ParsedField], text: str | None, expected: list[Any]) -> None:
    assert exploder(fields)(text, 0) == expected


@pytest.mark.parametrize("text", ["", "x", "null", "{}", "[1", "[1]x", '"[]"', "[" * 100_000])
def test_what_is_no_array(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        exploder([parsed("v", INT)])(text, 0)


@pytest.mark.parametrize(
    ("fields", "text", "expected"),
    [
        ([parsed("v", FLOAT, path=())], '{"a": 1, "": 2.5, "a": 3}', [("a", 3.0, "", ""), ("", 2.5, "", "")]),
        ([parsed("v", INT)], '{"a": {"v": 1}, "b": 2}', [
            ("a", 1, "", ""), ("b", None, "Expected `object`, got `int`", ""),
        ]),
        ([parsed("v", INT, path=(), required=False)], '{"\\u00e4": null}', [("ä", None, "", "")]),
        ([parsed("v", STRING, path=(), json=True)], '{"a": [1, {}]}', [("a", "[1, {}]", "", "")]),
        ([parsed("v", INT)], "{}", []),
        ([parsed("v", INT)], None, []),
    ],
)  # fmt: skip
def test_members_of_an_object_bring_their_names(
    fields: list[ParsedField], text: str | None, expected: list[Any]
) -> None:
    assert exploder(fields, named=True)(text, 0) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "b": {"c": 2, "d": {"e": 3}}, "f": 4}', [("a", 1), ("b.c", 2), ("b.d.e", 3), ("f", 4)]),
        ('{"a.b": 1, "a": {"b": 2, "": 3}}', [("a.b", 1), ("a.b", 2), ("a.", 3)]),
        ('{"a": {}, "b": {"c": {}}}', []),
        (' {"a" : { "b" : 1 } } ', [("a.b", 1)]),
        (None, []),
    ],
)
def test_nested_members_come_by_the_names_on_their_way(text: str | None, expected: list[Any]) -> None:
    explode = exploder([parsed("v", INT, path=())], named=True, nested=True)
    assert explode(text, 0) == [(*member, "", "") for member in expected]


def test_arrays_and_null_are_leaves() -> None:
    explode = exploder([parsed("v", STRING, path=(), json=True, required=False)], named=True, nested=True)
    assert explode('{"a": {"b": [1, {}], "c": null}}', 0) == [("a.b", "[1, {}]", "", ""), ("a.c", None, "", "")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a":' * 40 + "1" + "}" * 40, "32 levels"),
        ('{"' + "a" * 1_000 + '":{' + ",".join(f'"{n}":1' for n in range(80_000)) + "}}", "64 MiB"),
        ('{"a":{' + ",".join(f'"{n}":1' for n in range(MOST_ELEMENTS + 2)) + "}}", "100,000 records"),
        ("[1]", "array"),
    ],
)
def test_what_is_nested_too_deep_or_too_much(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        exploder([parsed("v", INT, path=())], named=True, nested=True)(text, 0)


@pytest.mark.parametrize("text", ["", "[]", "null", '{"a": 1', '{"a": 1}{}', '{"a":' * 100_000])
def test_what_is_no_object(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        exploder([parsed("v", INT)], named=True)(text, 0)


def test_key_and_index_say_which_element_a_record_was() -> None:
    step = schematize(parsed("o", STRING, json=True))
    schema = Schema((Field("tag", STRING, True), Field("i", INT, True), Field("v", INT, True)))
    explode = Explode("explode", "parse", "o", (parsed("v", INT, path=()),), schema, key="tag", index="i")
    emission = pipeline(plan(step, explode)).process(batch(b'{"o": {"a": 1, "b": "x", "c": 3}}\n{"o": [4]}'))
    assert rows(emission) == [{"tag": "a", "i": 0, "v": 1}, {"tag": "c", "i": 2, "v": 3}]
    assert emission.counts["explode"] == StepCount(entered=5, passed=2, folded=1, dead=2)


def test_an_index_counts_the_parts_of_a_text() -> None:
    step = schematize(parsed("s", STRING))
    schema = Schema((Field("i", INT, True), Field("v", STRING, True)))
    explode = Explode("explode", "parse", "s", (parsed("v", STRING, path=()),), schema, separator=",", index="i")
    assert rows(pipeline(plan(step, explode)).process(batch(b'{"s": "a,b"}'))) == [
        {"i": 0, "v": "a"},
        {"i": 1, "v": "b"},
    ]


def test_elements_take_the_fields_of_their_parent_and_everything_has_one_fate() -> None:
    step = schematize(parsed("g", STRING), parsed("list", STRING, json=True, required=False))
    schema = Schema((Field("g", STRING, True), Field("v", INT, True)))
    job = plan(step, Explode("explode", "parse", "list", (parsed("v", INT),), schema))
    payload = b'{"g":"a","list":[{"v":1},{"v":"x"},{"v":3}]}\n{"g":"b","list":{}}\n{"g":"c"}\n{"g":"d","list":[]}'
    emission = pipeline(job).process(batch(payload))
    assert rows(emission) == [{"g": "a", "v": 1}, {"g": "a", "v": 3}]
    assert emission.counts["explode"] == StepCount(entered=7, passed=2, folded=3, dead=2)
    assert [(letter.position, letter.field, letter.reason) for letter in emission.dead] == [
        (0, "v", "Expected `int`, got `str`"),
        (1, "list", "Expected `array`, got `object`"),
    ]
    assert emission.dead[0].raw == payload.splitlines()[0]


def test_a_required_json_value_is_not_null_and_any_other_is_kept_as_it_is() -> None:
    step = schematize(parsed("j", STRING, json=True))
    emission = pipeline(plan(step)).process(batch(b'{"j": [1, 2]}\n{"j": null}\n{"j": "x"}\n{}'))
    assert [row["j"] for row in rows(emission)] == ["[1, 2]", '"x"']
    assert [letter.reason for letter in emission.dead] == ["is null", "Object missing required field `j`"]


def test_of_one_record_come_no_more_than_a_device_can_hold() -> None:
    array = exploder([parsed("v", INT, path=())])
    assert len(array(f"[{'1,' * (MOST_ELEMENTS - 1)}1]", 0)) == MOST_ELEMENTS
    for text, beside in ((f"[{'1,' * MOST_ELEMENTS}1]", 0), ("[1,1]", MOST_BYTES // 2 + 1)):
        with pytest.raises(ValueError, match="makes more than"):
            array(text, beside)
    with pytest.raises(ValueError, match="makes more than"):
        splitter(parsed("v", STRING, path=()), ",")("," * MOST_ELEMENTS, 0)


def test_a_record_that_would_make_too_many_is_one_dead_letter() -> None:
    fields = (parsed("note", STRING, required=False), parsed("list", STRING, json=True))
    read = schematize(*fields)
    element = parsed("v", INT, path=())
    schema = Schema((Field("note", STRING, False), Field("v", INT)))
    exploded = pipeline(plan(read, Explode("explode", "parse", "list", (element,), schema)))
    note = "x" * (MOST_BYTES // 1_000)
    emission = exploded.process(batch(b'{"note": "%s", "list": [%s1]}' % (note.encode(), b"1," * 1_000)))
    assert [(letter.step, letter.field, letter.reason) for letter in emission.dead] == [
        ("explode", "list", "makes more than 64 MiB of records")
    ]
    assert emission.counts["explode"] == StepCount(entered=1, dead=1)
