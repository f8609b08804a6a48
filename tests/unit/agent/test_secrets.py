from __future__ import annotations

import os
from pathlib import Path

import pytest
from edge_orch_agent.secrets import Secrets


def test_a_file_holds_a_secret_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "PD_KEY").write_text("from file\n")
    assert Secrets(tmp_path, {}).get("PD_KEY") == "from file"
    assert Secrets(tmp_path, {"EDGE_ORCH_SECRET_PD_KEY": "from environment"}).get("PD_KEY") == "from environment"


def test_a_rotated_secret_counts_at_once(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path, {})
    (tmp_path / "PD_KEY").write_text("old")
    assert secrets.get("PD_KEY") == "old"
    (tmp_path / "PD_KEY").write_text("new")
    assert secrets.get("PD_KEY") == "new"


@pytest.mark.parametrize("name", ["", ".", "..", "../agent.key", ".hidden", "a/b", "MISSING"])
def test_only_names_in_the_folder_are_secrets(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (tmp_path / "agent.key").write_text("private")
    (folder / ".hidden").write_text("hidden")
    assert Secrets(folder, {}).get(name) is None


def test_a_named_pipe_is_no_secret_and_nobody_waits(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "PD_KEY")
    assert Secrets(tmp_path, {}).get("PD_KEY") is None
