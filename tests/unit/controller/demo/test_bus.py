from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from edge_orch_controller.demo.bus import InProcess, Mosquitto, free_port, listening, make_bus


def test_mosquitto_is_told_to_keep_everything_and_to_save_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name, path: "/usr/sbin/mosquitto" if path else None)
    bus = make_bus(tmp_path)
    assert isinstance(bus, Mosquitto)
    configuration = (tmp_path / "bus" / "mosquitto.conf").read_text()
    for line in (
        f"listener {bus.port} 127.0.0.1",
        "autosave_interval 1",
        "max_queued_messages 0",
        "max_inflight_messages 0",
    ):
        assert line in configuration.splitlines()


def test_without_it_the_broker_runs_in_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name, path: None)  # noqa: ARG005
    assert isinstance(make_bus(tmp_path), InProcess)


async def test_nobody_listens_on_a_free_port() -> None:
    assert not await listening(free_port())
