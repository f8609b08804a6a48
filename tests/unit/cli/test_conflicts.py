from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from edge_orch.wire.api import ConflictView
from tests.unit.cli.conftest import FakeServer
from tests.unit.cli.test_get import OVERRIDE

VIEW = ConflictView(
    agent="a1",
    kind="concurrent",
    subject="press.hot_c",
    what="2 overrides that were made apart hold at once; o1 counts",
    next_step="edge-orch override set press.hot_c=VALUE --agent a1 --reason TEXT",
    overrides=(OVERRIDE, msgspec.structs.replace(OVERRIDE, id="o2", state="conflict")),
)


def test_conflicts(controller: FakeServer, cli: Any) -> None:
    controller.answer("GET /v1/conflicts", [VIEW])
    lines = cli("conflicts", "--agent", "a1").out.splitlines()
    assert lines[0] == "press.hot_c on a1, concurrent:"
    assert lines[2].split()[:2] == ["active", "o1"]
    assert lines[3].split()[:2] == ["conflict", "o2"]
    assert lines[4] == f"  next: {VIEW.next_step}"
    assert msgspec.json.decode(cli("conflicts", "-o", "json").out)[0]["kind"] == "concurrent"


def test_none_at_the_machine(local_agent: tuple[FakeServer, Path], cli: Any) -> None:
    fake, folder = local_agent
    fake.answer("GET /v1/conflicts", [])
    assert cli("conflicts", "--local", str(folder)).out == "no conflicts\n"
