from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.errors import Invalid, Location
from edge_orch.spec.document import MAX_DEPTH, parse_document
from edge_orch.spec.nodes import Mapping, Node, Scalar, Sequence


def document(text: str) -> Node:
    return parse_document(text, "f.yaml")


def only(node: Node) -> Node:
    assert isinstance(node, Mapping)
    return node.entries[0][1]


def problem(text: str) -> str:
    with pytest.raises(Invalid) as error:
        document(text)
    return str(error.value)


def test_nodes_know_their_places() -> None:
    root = document("a:\n  - x\n  - {b: 'y'}\n")
    items = only(root)
    assert isinstance(items, Sequence)
    assert items.items[0].where == Location("f.yaml", 2, 5)
    inner = only(items.items[1])
    assert isinstance(inner, Scalar)
    assert (inner.where, inner.inner) == (Location("f.yaml", 3, 9), Location("f.yaml", 3, 10))


def test_the_text_of_a_block_has_its_place() -> None:
    scalar = only(document("k: >-\n  a > 1\n"))
    assert isinstance(scalar, Scalar)
    assert scalar.at(2) == Location("f.yaml", 2, 5)


@pytest.mark.parametrize(
    ("text", "value"),
    [("k: {a: :p}", ":p"), ("k: {a: :p }", ":p"), ("k: [:p]", ":p"), ("k: {a: x < :p - 5}", "x < :p - 5")],
)
def test_a_parameter_may_begin_a_plain_scalar_in_brackets(text: str, value: str) -> None:
    inner = only(document(text))
    scalar = inner.items[0] if isinstance(inner, Sequence) else only(inner)
    assert isinstance(scalar, Scalar)
    assert scalar.text == value


@pytest.mark.parametrize("text", ['{"a":1}', "{a: 1}", '{"a" :1, b: }', "{a, b: 2}", '{"a":"b"}'])
def test_json_like_mappings_still_read(text: str) -> None:
    root = document(text)
    assert isinstance(root, Mapping)
    assert root.entries[0][0].text == "a"


def test_anchors_are_fine_and_bounded() -> None:
    root = document("a: &x [1, 2]\nb: *x\n")
    assert isinstance(root, Mapping)
    assert root.entries[0][1] == root.entries[1][1]
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    assert "more than 20000 values" in problem(bomb)


def test_depth_is_bounded() -> None:
    assert f"more than {MAX_DEPTH} levels" in problem("[" * 100_000)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a: 1\na: 2\n", "f.yaml:2:1: duplicate key `a`"),
        ("a: [1", "f.yaml:1:4: not valid YAML"),
        ("a: !!python/object:os.system x", "means nothing here"),
        ("? [a]\n: b\n", "a key must be a word"),
        ("a: *b", "no anchor `&b`"),
        ("a: \x01", "f.yaml:1:4: not valid YAML: the control character U+0001"),
        ('a: "\\UFFFFFFFF"', "an escape that is no character"),
        ('a: "\\ud800"', "half of a surrogate pair"),
        ("a: 1\n---\nb: 2\n", "a second document"),
        ("", "the file is empty"),
    ],
)
def test_what_is_no_document_says_where(text: str, what: str) -> None:
    assert what in problem(text)


@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@`,#? \n\t\\0u", max_size=40) | st.text(max_size=40))
def test_any_text_is_a_node_or_invalid(text: str) -> None:
    with contextlib.suppress(Invalid):
        document(text)
