from __future__ import annotations

import jsonschema
import pytest

from edge_orch.errors import Invalid
from edge_orch.spec.document import parse_document
from edge_orch.spec.nodes import Mapping
from edge_orch.spec.step_inputs import StepInputs


def read(text: str) -> StepInputs:
    root = parse_document(f"from: {text}\n", "j.yaml")
    assert isinstance(root, Mapping)
    return StepInputs.read(root.entries[0][1])


def test_one_step_or_a_list_of_several() -> None:
    assert [name.value for name in read("a").names] == ["a"]
    assert [name.value for name in read("[r.hot, b]").names] == ["r.hot", "b"]
    assert read("[r.hot, b]").value == "r.hot + b"


def test_every_wrong_name_of_a_list_is_told() -> None:
    with pytest.raises(Invalid) as error:
        read("[a-b, [c], d]")
    assert [str(problem.where) for problem in error.value.problems] == ["j.yaml:1:8", "j.yaml:1:13"]


@pytest.mark.parametrize(
    ("value", "fits"),
    [("a", True), ("r.b", True), (["a", "r.b"], True), ([], False), (["a"], False), (["a", "a"], False), (7, False)],
)
def test_an_editor_is_told_the_same(value: object, fits: bool) -> None:
    assert jsonschema.Draft202012Validator(StepInputs.json_schema()).is_valid(value) is fits
