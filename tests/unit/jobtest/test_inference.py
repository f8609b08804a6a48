from __future__ import annotations

from edge_orch.jobtest.inference import InferredField, inferred_fields


def types(*rows: dict[str, object]) -> dict[str, str]:
    return {field.name: field.type for field in inferred_fields(rows)}


def test_types_are_those_of_all_rows() -> None:
    assert types({"a": 1, "b": 1, "c": True, "d": "x", "e": [1], "f": None}, {"a": 2, "b": 0.5, "e": {}}) == {
        "a": "int",
        "b": "float",
        "c": "bool",
        "d": "string",
        "e": "json",
        "f": "string",
    }


def test_text_is_a_timestamp_only_if_every_value_is() -> None:
    assert types({"at": "2026-01-01T00:00:00Z"}, {"at": "2026-01-01T01:00:00+01:00"}) == {"at": "timestamp"}
    assert types({"at": "2026-01-01T00:00:00Z"}, {"at": "soon"}) == {"at": "string"}


def test_types_that_disagree_are_text() -> None:
    assert types({"a": 1}, {"a": "x"}) == {"a": "string"}
    assert types({"a": 1}, {"a": True}) == {"a": "string"}


def test_what_is_missing_or_null_somewhere_is_not_required() -> None:
    assert inferred_fields([{"a": 1, "b": 2}, {"a": None}]) == [
        InferredField("a", "int", required=False),
        InferredField("b", "int", required=False),
    ]
    assert inferred_fields([{"a": 1}]) == [InferredField("a", "int", required=True)]
