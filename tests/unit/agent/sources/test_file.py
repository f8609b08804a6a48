from __future__ import annotations

import asyncio
import os
import shutil
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import pytest
from edge_orch_agent.sources.file import TURNS, WINDOW, FileSource
from edge_orch_agent.sources.follower import CHUNK, LONGEST_LINE, Follower

from tests.unit.agent.sources.file_reader import NOW, Reader, append, polls


async def test_whole_lines_are_read_as_the_file_grows(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n2\nhal")
    async with Reader(path) as reader:
        await reader.until(b"1\n2\n")
        append(path, b"f\n4\n")
        await reader.until(b"1\n2\nhalf\n4\n")
        assert [event.batch.position for event in reader.batches] == [0, 2]
        assert reader.batches[0].batch.context == {"path": str(path)}


async def test_reading_goes_on_behind_the_stored_position(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n2\n")
    async with Reader(path) as first:
        await first.until(b"1\n2\n")
    append(path, b"3\n")
    async with Reader(path, first.positions()) as second:
        await second.until(b"3\n")
        assert second.batches[0].batch.position == 2


async def test_a_rotated_file_is_read_to_its_end_first(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n")
    async with Reader(path) as reader:
        await reader.until(b"1\n")
        append(path, b"2\n3")
        path.rename(tmp_path / "log.1")
        path.write_bytes(b"new\n")
        await reader.until(b"1\n2\n3new\n")


async def test_a_file_rotated_while_nobody_read_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n")
    async with Reader(path) as first:
        await first.until(b"1\n")
    append(path, b"2\n")
    path.rename(tmp_path / "log.1")
    path.write_bytes(b"new\n")
    async with Reader(path, first.positions()) as second:
        await second.until(b"2\nnew\n")


async def test_a_truncated_file_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n2\n")
    async with Reader(path) as reader:
        await reader.until(b"1\n2\n")
        path.write_bytes(b"3\n")
        await reader.until(b"1\n2\n3\n")


async def test_another_file_under_the_same_name_is_not_mistaken_for_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n2\n")
    async with Reader(path) as first:
        await first.until(b"1\n2\n")
    path.write_bytes(b"other 1\nother 2\n")  # the same inode
    async with Reader(path, first.positions()) as second:
        await second.until(b"other 1\nother 2\n")


async def test_copied_and_truncated_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n")
    async with Reader(path) as reader:
        await reader.until(b"1\n")
        with path.open("ab") as file:  # between two polls
            file.write(b"2\n3")
            file.flush()
            shutil.copy(path, tmp_path / "log.1")
            os.ftruncate(file.fileno(), 0)
            file.write(b"new\n")
        await reader.until(b"1\n2\n3new\n")


async def test_copied_and_truncated_while_nobody_read_and_grown_beyond_what_it_was(tmp_path: Path) -> None:
    """As files that all begin with the same long header do."""
    path, header = tmp_path / "log", b"h" * 300 + b"\n"
    path.write_bytes(header + b"1\n2\n")
    async with Reader(path) as first:
        await first.until(header + b"1\n2\n")
    append(path, b"3\n")
    shutil.copy(path, tmp_path / "log.1")
    path.write_bytes(header + b"new 1\nnew 2\nnew 3\n")  # the same inode, the same head, and longer
    async with Reader(path, first.positions()) as second:
        await second.until(b"3\n" + header + b"new 1\nnew 2\nnew 3\n")


async def test_rotated_twice_while_nobody_read(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n")
    async with Reader(path) as first:
        await first.until(b"1\n")
    (tmp_path / "log.0").write_bytes(b"long ago\n")
    (tmp_path / "logbook.1").write_bytes(b"another's\n")
    append(path, b"2\n")
    path.rename(tmp_path / "log.2")
    (tmp_path / "log.1").write_bytes(b"3\n4\n")
    path.write_bytes(b"5\n")
    for age, name in enumerate(("logbook.1", "log", "log.1", "log.2", "log.0")):
        os.utime(tmp_path / name, (1_000 - age, 1_000 - age))
    async with Reader(path, first.positions()) as second:
        await second.until(b"2\n3\n4\n5\n")


async def test_a_line_cut_off_by_truncation_is_a_record(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\nhalf")
    async with Reader(path) as reader:
        await reader.until(b"1\n")
        path.write_bytes(b"")
        await reader.until(b"1\nhalf")
        append(path, b"2\n")
        await reader.until(b"1\nhalf2\n")


async def test_a_missing_file_is_reported_once_and_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "log"
    async with Reader(path) as reader:
        for _ in range(20):
            await asyncio.sleep(0)
        path.write_bytes(b"1\n")
        await reader.until(b"1\n")
        assert [failure.job for failure in reader.failures] == ["press"]


async def test_what_is_not_acknowledged_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "log"
    line = b"x" * (CHUNK // 2 - 1) + b"\n"
    path.write_bytes(line * 4 * WINDOW)
    async with Reader(path) as reader:
        async with asyncio.timeout(10):
            while len(reader.batches) < WINDOW:
                await asyncio.sleep(0)
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(reader.batches) == WINDOW
        reader.source.acknowledge((reader.batches[0].receipt,))
        async with asyncio.timeout(10):
            while len(reader.batches) == WINDOW:
                await asyncio.sleep(0)
        assert len(reader.batches) == WINDOW + 1


async def test_between_two_chunks_others_have_several_turns(tmp_path: Path) -> None:
    """A request to a sink takes several; with one a chunk it would be slower than what brings it forth."""
    path = tmp_path / "log"
    line = b"x" * 1023 + b"\n"
    path.write_bytes(line * (3 * CHUNK // len(line)))
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    seen: list[int] = []
    source = FileSource("press", path, lambda: NOW, poll_s=0.001)
    counting = asyncio.create_task(others())
    await source.start({}, lambda _event: seen.append(turns))
    async with asyncio.timeout(10):
        while len(seen) < 3:
            await asyncio.sleep(0)
    counting.cancel()
    await source.stop()
    assert min(second - first for first, second in pairwise(seen)) >= TURNS


@pytest.mark.parametrize("ending", [b"", b"\n"])
async def test_an_endless_line_is_cut(tmp_path: Path, ending: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * (1 << 20) + ending)
    async with Reader(path) as reader:
        async with asyncio.timeout(10):
            while not reader.batches:
                await asyncio.sleep(0)
        assert len(reader.text) >= 1 << 20


async def test_a_line_nearly_too_long_cuts_none_of_those_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * (LONGEST_LINE - 10) + b"\n" + b"short\n" * CHUNK)
    async with Reader(path) as reader:
        await reader.until(path.read_bytes())
    ends = {payload[-1:] for event in reader.batches if isinstance(payload := event.batch.payload, bytes)}
    assert ends == {b"\n"}


class Ringing:
    """A bell at which somebody writes a line each time that it is waited for, thrice."""

    def __init__(self, path: Path, looks: list[str]) -> None:
        self._path = path
        self._looks = looks
        self._times = 0

    async def wait(self, _file: object, _most_s: float) -> bool:
        self._looks.append("wait")
        self._times += 1
        if self._times > 3:
            await asyncio.Event().wait()
        append(self._path, b"more\n")
        return True

    def open(self) -> None: ...
    def close(self) -> None: ...


async def test_whoever_writes_all_the_time_rings_once_and_then_waits_for_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that finds a line, one that finds nothing and, a poll later, another: only then it may ring again."""
    path, looks = tmp_path / "log", list[str]()
    path.write_bytes(b"1\n")
    ask = Follower._is_replaced  # asked once a look

    def looked(follower: Follower, file: BinaryIO) -> bool:
        looks.append("look")
        return ask(follower, file)

    monkeypatch.setattr(Follower, "_is_replaced", looked)
    reader = Reader(path)
    monkeypatch.setattr(reader.source, "_bell", Ringing(path, looks))
    async with reader:
        await reader.until(b"1\n" + b"more\n" * 3)
        async with asyncio.timeout(10):
            while looks.count("wait") < 4:
                await asyncio.sleep(0.001)
    assert looks == ["look", "look", "look", "wait"] * 4


async def test_a_file_that_changes_is_read_before_the_next_look(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n")
    reader = Reader(path)
    async with reader:
        await reader.until(b"1\n")
        await polls(20)  # it has become calm
        (follower,) = reader.source._followers.values()
        follower._poll_s = 3600
        await polls(20)  # and waits for an hour from now on
        append(path, b"2\n")
        await reader.until(b"1\n2\n")


async def test_the_last_chunk_says_so(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 99 + b"\n" + (b"y" * 99 + b"\n") * (2 * CHUNK // 100))
    async with Reader(path) as reader:
        await reader.until(path.read_bytes())
    assert [event.last for event in reader.batches] == [False, False, True]
