from __future__ import annotations

import time
from pathlib import Path

import pytest
from edge_orch_agent import runtime
from edge_orch_agent.data_folder import AgentFolder, Enrolment
from edge_orch_agent.store.port import StoreLost


def test_a_store_that_was_lost_is_opened_anew_and_the_reason_goes_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = AgentFolder(tmp_path)
    folder.save_enrolment(Enrolment("press-1", {}, "http://127.0.0.1:9", "00" * 32))
    began: list[str] = []

    def once(_folder: object, _enrolment: object, _options: object, lost: str) -> None:
        began.append(lost)
        if len(began) < 3:
            raise StoreLost(f"removed for the {len(began)}. time")

    monkeypatch.setattr(runtime, "_run_once", once)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    runtime.run_agent(folder, runtime.RunOptions())
    assert began == ["", "removed for the 1. time", "removed for the 2. time"]
