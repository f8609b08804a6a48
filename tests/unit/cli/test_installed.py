from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

from edge_orch.cli.installed import GROUP, installed_commands


def test_it_finds_what_importlib_metadata_finds() -> None:
    assert installed_commands() == {point.name: point.value for point in entry_points(group=GROUP)}


def test_the_earlier_folder_wins_and_other_groups_are_ignored(tmp_path: Path) -> None:
    for folder, target in (("first", "one:a"), ("second", "two:b")):
        info = tmp_path / folder / f"{folder}-1.dist-info"
        info.mkdir(parents=True)
        text = f"[console_scripts]\nx = x:x\n\n[{GROUP}]\nhello = {target}\n\n[other]\nhello = no:no\n"
        (info / "entry_points.txt").write_text(text)
        (tmp_path / folder / "bare-1.dist-info").mkdir()
    path = [str(tmp_path / "absent"), str(tmp_path / "first"), str(tmp_path / "second")]
    assert installed_commands(path) == {"hello": "one:a"}


def test_where_no_folder_has_any_the_standard_library_is_asked(tmp_path: Path) -> None:
    assert installed_commands([str(tmp_path)]) == installed_commands()
