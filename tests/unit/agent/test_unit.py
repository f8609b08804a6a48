from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from edge_orch_agent.cli import agent
from edge_orch_agent.unit import unit

PROGRAM = sys.executable  # systemd wants to see that it exists


def values(text: str, section: str) -> dict[str, str]:
    lines = text.partition(f"[{section}]\n")[2].partition("\n[")[0].splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_a_crash_a_hang_and_a_stop_are_the_service_managers() -> None:
    service = values(unit(PROGRAM, ["--bus", "mqtt://h:1/50%"], "256M"), "Service")
    assert service["ExecStart"] == f"{PROGRAM} agent run --data %S/edge-orch --bus mqtt://h:1/50%%"
    assert (service["Type"], service["Restart"], service["MemoryMax"]) == ("notify", "always", "256M")
    assert service["WatchdogSec"] == "90s"
    assert service["RuntimeDirectoryPreserve"] == "restart"  # or the flight recorder would not survive what it records


def test_the_command_prints_it() -> None:
    printed = CliRunner().invoke(agent, ["unit", "--bus", "mqtt://127.0.0.1:1883", "--memory", "192M"])
    assert printed.exit_code == 0
    assert " --bus mqtt://127.0.0.1:1883\n" in printed.output
    assert "MemoryMax=192M\n" in printed.output
    refused = CliRunner().invoke(agent, ["unit", "--memory", "1\nExecStartPre=/bin/sh"])
    assert refused.exit_code != 0


def test_what_the_sandbox_hides_is_told_before_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, place in (("prefix", "/opt/edge-orch"), ("base_prefix", "/root/.pyenv/versions/3.11")):
        monkeypatch.setattr(sys, name, place)
    monkeypatch.setattr(sys, "argv", ["/home/maria/bin/edge-orch"])
    told = CliRunner().invoke(agent, ["unit"]).stderr
    assert [line.partition(" ")[0] for line in told.splitlines()] == [
        "/home/maria/bin/edge-orch",
        "/root/.pyenv/versions/3.11",
    ]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed (apt-get install systemd)")
    path = tmp_path / "edge-orch-agent.service"
    path.write_text(unit(PROGRAM, [], "256M"))
    return path


def test_systemd_understands_every_line(file: Path) -> None:
    found = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    ours = [line for line in found.stderr.splitlines() if "edge-orch-agent" in line]
    assert not ours
    assert found.returncode == 0, found.stderr


def test_systemd_finds_little_exposed(file: Path) -> None:
    """Of 10 (anything goes) the sandbox leaves less than 2: the network, and the calls of `@system-service`."""
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(file)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr
