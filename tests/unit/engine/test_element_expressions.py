from __future__ import annotations

import json

import pytest

from edge_orch.plan.expression import Expression
from tests.unit.engine.evaluating import S, evaluate
from tests.unit.engine.plans import BOOL, STRING, call, col, lit

LIST = r'["hot", 1, null, {"a": 2}, [1, "x"], "{\"a\": 3}", true]'
ELEMENT = col("x", STRING)


def transformed(body: Expression) -> object:
    node = call("list_transform", S, body, lit("x", STRING), type_=STRING)
    return json.loads(str(evaluate(node, STRING, s=LIST)))


def at(function: str, path: str) -> Expression:
    return call(function, ELEMENT, lit(path, STRING), type_=STRING)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (ELEMENT, ["hot", "1", None, '{"a": 2}', '[1, "x"]', '{"a": 3}', "true"]),
        (at("json_extract_string", "$"), ["hot", "1", None, '{"a": 2}', '[1, "x"]', '{"a": 3}', "true"]),
        (at("json_extract", "$"), json.loads(LIST)),
        (at("json_extract_string", "$.a"), [None, None, None, "2", None, "3", None]),
        (at("json_extract", "$.a"), [None, None, None, 2, None, 3, None]),
        (call("json_array", at("json_extract", "$"), ELEMENT, type_=STRING),
         [["hot", "hot"], [1, "1"], [None, None], [{"a": 2}, '{"a": 2}'], [[1, "x"], '[1, "x"]'],
          ['{"a": 3}', '{"a": 3}'], [True, "true"]]),
    ],
)  # fmt: skip
def test_an_element_is_told_as_a_text_and_asked_for_as_json(body: Expression, expected: list[object]) -> None:
    assert transformed(body) == expected


def test_a_filter_asks_for_the_json_of_an_element() -> None:
    condition = call("eq", at("json_extract", "$"), lit('"hot"', STRING), type_=BOOL)
    node = call("list_filter", S, condition, lit("x", STRING), type_=STRING)
    assert evaluate(node, STRING, s=LIST) == '["hot"]'
