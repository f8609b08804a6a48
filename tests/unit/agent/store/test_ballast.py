from __future__ import annotations

from pathlib import Path

from edge_orch_agent.store.ballast import Ballast

SIZE = 64 << 10


def test_it_holds_room_until_it_is_released(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "agent.ballast", SIZE)
    assert ballast.restore()
    assert (tmp_path / "agent.ballast").stat().st_blocks * 512 >= SIZE
    assert ballast.release()
    assert not ballast.release()
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_file_goes_aside(tmp_path: Path) -> None:
    path = tmp_path / "agent.ballast"
    for number in range(2):
        path.mkdir()
        assert Ballast(path, SIZE).restore()
        assert (tmp_path / f"agent.ballast.foreign-{number}").is_dir()
        path.unlink()
    path.symlink_to(tmp_path / "nowhere" / "else")
    assert Ballast(path, SIZE).restore()
    assert path.stat(follow_symlinks=False).st_size == SIZE
