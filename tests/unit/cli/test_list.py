from __future__ import annotations

import json
from typing import Any

from edge_orch.spec.catalogue import components


def test_every_component_is_listed(cli: Any) -> None:
    answer = cli("list", "components")
    assert answer.code == 0
    assert all((one.usage or one.name) in answer.out and one.doc.splitlines()[0] in answer.out for one in components())


def test_programs_get_everything(cli: Any) -> None:
    listed = json.loads(cli("list", "components", "-o", "json").out)
    assert len(listed) == len(components())
    dedupe = next(one for one in listed if one["name"] == "dedupe")
    assert dedupe["kind"] == "step"
    assert dedupe["example"].startswith("dedupe: ")
    assert dedupe["options"][1] == {
        "name": "within",
        "type": "duration",
        "doc": "event time after which a repeated key passes again",
        "required": True,
    }


def test_one_is_shown_with_its_options_and_its_example(cli: Any) -> None:
    answer = cli("list", "components", "alert")
    assert "clear.when" in answer.out
    assert "  clear: {when: temp_c < 75}" in answer.out


def test_a_kind_alone_can_be_asked_for(cli: Any) -> None:
    kinds = {one["kind"] for one in json.loads(cli("list", "components", "--kind", "sink", "-o", "json").out)}
    assert kinds == {"sink"}


def test_an_unknown_name_is_told_with_the_nearest(cli: Any) -> None:
    answer = cli("list", "components", "dedup")
    assert answer.code == 3
    assert "no component `dedup`" in answer.err
    assert "did you mean `dedupe`?" in answer.err
