from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from edge_orch_agent.data_folder import AgentFolder, Enrolment
from edge_orch_agent.doctor.gathering import gather

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


def enrolled(path: Path) -> tuple[AgentFolder, bytes]:
    """A folder whose agent has run, and its key."""
    folder = AgentFolder(path)
    folder.key()
    folder.save_enrolment(ENROLMENT)
    assert folder.mend(0) == []
    return folder, folder.key().to_bytes()


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:9])


def replaced_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replaced_by_a_link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("nowhere"))


def replaced_by_a_named_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "harm", [truncated, replaced_by_a_folder, replaced_by_a_link_to_nothing, replaced_by_a_named_pipe]
)
@pytest.mark.parametrize("name", ["agent.json", "agent.key"])
def test_4_a_damaged_identity_is_restored(tmp_path: Path, name: str, harm: Callable[[Path], None]) -> None:
    folder, key = enrolled(tmp_path)
    harm(tmp_path / name)
    assert folder.mend(0) == [name]
    assert (folder.enrolment(), folder.key().to_bytes()) == (ENROLMENT, key)
    assert [path.name for path in tmp_path.glob("*.damaged-*")] == [f"{name}.damaged-19700101T000000Z"]
    assert mode(tmp_path / "agent.key") == mode(tmp_path / "agent.key.spare") == 0o600


def test_a_controllers_key_that_is_none_is_damage(tmp_path: Path) -> None:
    folder, _ = enrolled(tmp_path)
    path = tmp_path / "agent.json"
    path.write_text(path.read_text().replace(ENROLMENT.controller_key, "zz"))
    with pytest.raises(StorageError, match="damaged"):
        folder.enrolment()
    assert folder.mend(0) == ["agent.json"]
    assert folder.enrolment() == ENROLMENT


def test_a_missing_key_is_restored_and_an_enrolment_that_was_taken_away_is_not(tmp_path: Path) -> None:
    folder, key = enrolled(tmp_path)
    (tmp_path / "agent.key").unlink()
    assert folder.mend(0) == ["agent.key"]
    assert folder.key().to_bytes() == key
    (tmp_path / "agent.json").unlink()
    assert folder.mend(0) == []
    assert folder.enrolment() is None


def test_a_new_key_is_the_one_that_is_kept(tmp_path: Path) -> None:
    folder, _ = enrolled(tmp_path)
    key = folder.next_key().to_bytes()
    folder.adopt_next_key()
    folder.mend(0)
    truncated(tmp_path / "agent.key")
    folder.mend(0)
    assert folder.key().to_bytes() == key


def test_before_enrolment_there_is_none(tmp_path: Path) -> None:
    assert AgentFolder(tmp_path).enrolment() is None


def test_a_named_pipe_in_the_place_of_a_file_is_said_so_and_nobody_waits(tmp_path: Path) -> None:
    folder = AgentFolder(tmp_path)
    os.mkfifo(tmp_path / "agent.json")
    with pytest.raises(StorageError, match=r"agent\.json is no regular file"):
        folder.enrolment()
    with pytest.raises(StorageError, match=r"agent\.json is no regular file"):
        gather(folder)
    os.mkfifo(tmp_path / "agent.lock")
    with pytest.raises(StorageError, match=r"agent\.lock is a named pipe"), folder.locked():
        pass
