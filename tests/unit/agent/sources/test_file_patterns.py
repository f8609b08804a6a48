"""All that a pattern names: rotation, copies, and files that are deleted."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from edge_orch_agent.sources.file_position import decode_position, encode_position

from tests.contracts.source_contract import stored
from tests.unit.agent.sources.file_reader import Reader, append, polls


def opened() -> list[Path]:
    """The files that this process has open, deleted ones too."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [Path(str(link.readlink()).removesuffix(" (deleted)")) for link in links if os.path.lexists(link)]


async def test_all_files_of_a_pattern_are_read_each_from_its_own_position(tmp_path: Path) -> None:
    one, two = tmp_path / "1.log", tmp_path / "2.log"
    one.write_bytes(b"a\n")
    (tmp_path / "other.txt").write_bytes(b"no\n")
    (tmp_path / "folder.log").mkdir()
    async with Reader(tmp_path / "*.log") as first:
        await first.until(b"a\n")
        two.write_bytes(b"b\n")
        await first.until(b"a\nb\n")
        assert first.positions().keys() == {str(one), str(two)}
    append(one, b"c\n")
    async with Reader(tmp_path / "*.log", first.positions()) as second:
        await second.until(b"c\n")
        assert second.batches[0].batch.position == 1
        assert second.batches[0].batch.partition == str(one)


async def test_a_pattern_that_also_names_rotated_files_reads_none_of_them_twice(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n")
    async with Reader(tmp_path / "log*") as first:
        await first.until(b"1\n")
        append(path, b"2\n")
        path.rename(tmp_path / "log.1")
        path.write_bytes(b"3\n")
        await first.until(b"1\n2\n3\n")
        await polls(30)
    (tmp_path / "log.1").rename(tmp_path / "log.2")
    append(path, b"4\n")
    async with Reader(tmp_path / "log*", first.positions()) as second:
        await second.until(b"4\n")
        await polls(30)
        assert second.text == b"4\n"
    assert first.text == b"1\n2\n3\n"


async def test_a_file_renamed_while_nobody_read_is_found_under_any_name_of_the_pattern(tmp_path: Path) -> None:
    """`log.2` is no rotated name of `log.1`, whose position it is known by."""
    path = tmp_path / "log.1"
    path.write_bytes(b"1\n")
    async with Reader(tmp_path / "log*") as first:
        await first.until(b"1\n")
    append(path, b"2\n")
    path.rename(tmp_path / "log.2")
    path.write_bytes(b"new\n")
    async with Reader(tmp_path / "log*", first.positions()) as second:
        await second.until(b"2\nnew\n")
        await polls(30)
        assert second.text == b"2\nnew\n"


async def test_a_file_that_is_open_and_of_which_nothing_was_read_has_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "log.1"
    path.write_bytes(b"half")
    async with Reader(tmp_path / "log*") as reader:
        await polls(20)
        path.rename(tmp_path / "log.2")
        await polls(30)
        append(tmp_path / "log.2", b" and half\n")
        await reader.until(b"half and half\n")
        await polls(30)
        assert reader.text == b"half and half\n"


async def test_an_open_line_in_a_copy_that_is_found_before_the_truncation_comes_once(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"half")
    async with Reader(tmp_path / "log*") as reader:
        await polls(20)
        with path.open("ab") as file:
            file.write(b" and half\n")
            file.flush()
            shutil.copy(path, tmp_path / "log.1")
            os.ftruncate(file.fileno(), 0)
        reader.source._look()
        await reader.until(b"half and half\n")
        await polls(30)
        assert reader.text == b"half and half\n"


async def test_an_open_line_in_a_copy_is_read_there_alone(tmp_path: Path) -> None:
    """Nothing of the file was a record yet when it was copied and truncated."""
    path = tmp_path / "log"
    path.write_bytes(b"half")
    async with Reader(path) as reader:
        await polls(20)
        with path.open("ab") as file:
            file.write(b" and half\n")
            file.flush()
            shutil.copy(path, tmp_path / "log.1")
            os.ftruncate(file.fileno(), 0)
            file.write(b"new\n")
        await reader.until(b"half and half\nnew\n")


async def test_a_file_with_the_inode_and_the_header_of_one_that_was_read_is_another(tmp_path: Path) -> None:
    path, header = tmp_path / "log", b"h" * 300 + b"\n"
    path.write_bytes(header + b"1\n")
    async with Reader(tmp_path / "log*") as reader:
        await reader.until(header + b"1\n")
        path.rename(tmp_path / "log.1")
        path.write_bytes(b"2\n")
        await reader.until(header + b"1\n2\n")
        (tmp_path / "log.1").write_bytes(header + b"3\n")  # as if its inode had been given to a new file
        (tmp_path / "log.1").rename(path)
        await reader.until(header + b"1\n2\n" + header + b"3\n")


async def test_more_files_than_allowed_are_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge_orch_agent.sources.file.MOST_FILES", 1)
    (tmp_path / "1.log").write_bytes(b"1\n")
    (tmp_path / "2.log").write_bytes(b"2\n")
    async with Reader(tmp_path / "*.log") as reader:
        await reader.until(b"1\n")
        assert "more than 1 files" in reader.failures[0].reason


async def test_files_that_were_deleted_make_room_and_their_space_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_orch_agent.sources.file.MOST_FILES", 2)
    monkeypatch.setattr("edge_orch_agent.sources.follower.DELETED_POLLS", 2)
    expected = b""
    async with Reader(tmp_path / "*.log") as reader:
        for hour in range(6):
            path = tmp_path / f"{hour}.log"
            path.write_bytes(b"%d\nopen" % hour)
            await reader.until(expected + b"%d\n" % hour)
            path.unlink()
            expected += b"%d\nopen" % hour
            await reader.until(expected)
            await polls(20)
        assert [path for path in opened() if path.parent == tmp_path] == []
        assert not reader.failures
        (tmp_path / "last.log").write_bytes(b"last\n")
        await reader.until(expected + b"last\n")
        assert list(reader.positions()) == [str(tmp_path / "last.log")]


async def test_what_is_known_of_deleted_files_goes_at_a_start(tmp_path: Path) -> None:
    path = tmp_path / "1.log"
    path.write_bytes(b"1\n")
    async with Reader(tmp_path / "*.log") as reader:
        await reader.until(b"1\n")
    path.rename(tmp_path / "2.log")
    async with Reader(tmp_path / "*.log", reader.positions()) as kept:  # it is there, under another name
        await polls(20)
        (tmp_path / "3.log").write_bytes(b"3\n")
        await kept.until(b"3\n")
        assert [*kept.batches[0].positions] == [str(tmp_path / "3.log")]
    (tmp_path / "2.log").unlink()
    async with Reader(tmp_path / "*.log", reader.positions()) as gone:
        await polls(20)
        (tmp_path / "4.log").write_bytes(b"4\n")
        await gone.until(b"3\n4\n")
        assert not gone.failures
        assert stored(reader.positions(), gone.batches).keys() == {str(tmp_path / name) for name in ("3.log", "4.log")}


async def test_a_folder_that_is_not_mounted_costs_no_positions(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "1.log"
    path.parent.mkdir()
    path.write_bytes(b"1\n")
    async with Reader(path.parent / "*.log") as reader:
        await reader.until(b"1\n")
    path.unlink()  # what one sees then is an empty folder, of another device than the file was
    position = decode_position(reader.positions()[str(path)])
    position.device += 1
    async with Reader(path.parent / "*.log", {str(path): encode_position(position)}) as again:
        await polls(20)
        (path.parent / "2.log").write_bytes(b"2\n")
        await again.until(b"2\n")
        assert again.batches[0].positions.keys() == {str(path.parent / "2.log")}
