from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest
from edge_orch_agent.data_folder import AgentFolder, Enrolment

from edge_orch.errors import StorageError, Unavailable
from edge_orch.trust.keys import PrivateKey

ENROLMENT = Enrolment("press-1", {"site": "austin"}, "http://127.0.0.1:8420", PrivateKey.generate().public.hex)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_everything_in_it_is_for_its_user_only(tmp_path: Path) -> None:
    folder = AgentFolder(tmp_path / "deep" / "agent")
    with folder.locked():
        key = folder.key()
        folder.save_enrolment(ENROLMENT)
    assert folder.key().to_bytes() == key.to_bytes()
    assert folder.enrolment() == ENROLMENT
    assert mode(folder.path) == mode(folder.path / "secrets") == 0o700
    assert mode(folder.path / "agent.key") == mode(folder.path / "agent.json") == 0o600


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with (
        AgentFolder(tmp_path).locked(),
        pytest.raises(Unavailable, match=f"already|another.*{os.getpid()}|another"),
        AgentFolder(tmp_path).locked(),
    ):
        pass
    with AgentFolder(tmp_path).locked():
        pass


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("…")
    with pytest.raises(StorageError, match="not an agent's data folder"), AgentFolder(tmp_path).locked():
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_fresh_file_system_is_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    with AgentFolder(tmp_path).locked():
        assert (tmp_path / "secrets").is_dir()


def test_a_path_that_cannot_be_a_folder_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot use the data folder"), AgentFolder(tmp_path / "file").locked():
        pass


def test_a_full_disk_is_said_so(tmp_path: Path) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limit[1]))
    try:
        with pytest.raises(StorageError, match="cannot use the data folder"), AgentFolder(tmp_path).locked():
            pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)


def test_a_damaged_enrolment_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "agent.json").write_text("{")
    with pytest.raises(StorageError, match="damaged"):
        AgentFolder(tmp_path).enrolment()


def test_the_key_that_it_enrolled_with_is_never_replaced(tmp_path: Path) -> None:
    folder = AgentFolder(tmp_path)
    folder.key()
    folder.save_enrolment(ENROLMENT)
    (tmp_path / "agent.key").write_bytes(b"short")
    with pytest.raises(StorageError, match=r"agent\.key is damaged"):
        folder.key()
    (tmp_path / "agent.key").unlink()
    with pytest.raises(StorageError, match=r"agent\.key is missing"):
        folder.key()


def test_before_enrolment_there_is_none(tmp_path: Path) -> None:
    assert AgentFolder(tmp_path).enrolment() is None
