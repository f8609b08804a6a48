from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.errors import Location
from edge_orch.spec.document import parse_document
from edge_orch.spec.nodes import Mapping, Scalar

WORDS = st.lists(st.text("ab'\"\\: #-", min_size=1, max_size=6).map(lambda word: f"x{word}x"), min_size=1, max_size=5)
"""What can stand in each kind of quotes and in a block; lines neither begin nor end with a space."""


def scalar(document: str) -> Scalar:
    root = parse_document(document, "f.yaml")
    assert isinstance(root, Mapping)
    node = root.entries[0][1]
    assert isinstance(node, Scalar)
    return node


def there(document: str, where: Location) -> str:
    """What stands at a place of the document."""
    return (document.split("\n")[where.line - 1] + "\n")[where.column - 1]


def single(lines: list[str]) -> str:
    return "k: '" + "\n   ".join(lines).replace("'", "''") + "'\n"


def double(lines: list[str]) -> str:
    return 'k: "' + "\n\n ".join(lines).replace("\\", "\\\\").replace('"', '\\"') + '"\n'


def literal(lines: list[str]) -> str:
    return "k: |  # as it stands\n" + "".join(
        f"{'    ' if index else '  '}{line}\n" for index, line in enumerate(lines)
    )


def folded(lines: list[str]) -> str:
    return "k: >-\n\n" + "\n".join(f"  {line}" for line in lines) + "\n"


@pytest.mark.parametrize("write", [single, double, literal, folded])
@given(lines=WORDS)
def test_each_character_of_a_scalar_stands_where_it_was_written(write: object, lines: list[str]) -> None:
    assert callable(write)
    document = write(lines)
    node = scalar(document)
    for offset, character in enumerate(node.text):
        written = there(document, node.at(offset))
        assert written == character or (written, character) in {("\\", "\\"), ("\\", '"'), ("\n", " ")}


def test_escapes_and_lines_that_are_joined_are_counted() -> None:
    document = 'k: &anchor "a\\tb\\u00e9c \\\n  d"\n'
    node = scalar(document)
    assert node.text == "a\tbéc d"
    assert [there(document, node.at(offset)) for offset in range(len(node.text))] == list("a\\b\\c d")
    assert node.at(node.text.index("d")) == Location("f.yaml", 2, 3)


def test_a_block_that_says_how_far_it_is_indented_has_a_beginning_only() -> None:
    node = scalar("k: |2-\n    ab\n   c\n")
    assert {node.at(offset) for offset in range(len(node.text))} == {Location("f.yaml", 1, 4)}
