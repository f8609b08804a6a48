from __future__ import annotations

import asyncio
import re

import pytest
from edge_orch_controller.demo.console import Console


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    return re.sub(r"\d+\.\d s", "T", capsys.readouterr().out)


def test_a_scene_is_ticked_off_with_its_result(capsys: pytest.CaptureFixture[str]) -> None:
    with Console().scene("cut the cable") as scene:
        scene.result = "all agents offline"
    assert shown(capsys) == "  ✓   T cut the cable: all agents offline\n"


@pytest.mark.parametrize(
    ("error", "line"),
    [(ValueError(), "  ✗   T cut the cable\n"), (asyncio.CancelledError(), "  ■   T cut the cable: stopped\n")],
)
def test_a_scene_that_does_not_end_well(capsys: pytest.CaptureFixture[str], error: BaseException, line: str) -> None:
    with pytest.raises(type(error)), Console().scene("cut the cable"):
        raise error
    assert shown(capsys) == line
