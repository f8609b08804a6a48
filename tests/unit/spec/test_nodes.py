from __future__ import annotations

import pytest

from edge_orch.errors import Location
from edge_orch.spec.nodes import Mapping, NodeValue, Scalar, Sequence, described

HERE = Location("job.yaml", 3, 5)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"), ("no", "no"), ("y", "y"), ("1:30", "1:30"), ("2026-01-02", "2026-01-02"), ("1_000", "1_000"),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("012", 12), ("-7", -7), ("0x1F", 31), ("0o17", 15), ("1.5", 1.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0),
        ("-.inf", float("-inf")), ("0x", "0x"), ("+", "+"), (".", "."),
        ("6745e27566240008", "6745e27566240008"), ("-1e999", "-1e999"),
    ],
)  # fmt: skip
def test_plain_scalars_follow_the_yaml_1_2_core_schema(text: str, value: NodeValue) -> None:
    found = Scalar(text, HERE).value
    assert found == value
    assert type(found) is type(value)


def test_quoted_scalars_are_text() -> None:
    assert Scalar("12", HERE, plain=False).value == "12"


def test_a_character_of_a_scalar_has_a_place() -> None:
    assert Scalar("abc", HERE, inner=Location("job.yaml", 3, 6)).at(2) == Location("job.yaml", 3, 8)
    assert Scalar("abc", HERE).at(2) == HERE


def test_nodes_describe_themselves() -> None:
    nodes = [Scalar("a", HERE), Scalar("5", HERE), Scalar("true", HERE), Scalar("", HERE)]
    assert [described(node) for node in nodes] == ["the text 'a'", "the number 5", "true", "nothing"]
    assert described(Sequence((), HERE)) == "a list"
    assert described(Mapping((), HERE)) == "a mapping"
    assert len(described(Scalar("x" * 1000, HERE))) < 80
