from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from edge_orch_agent.core.events import BatchRead, SourceFailed
from edge_orch_agent.sources.file import CHUNK, WINDOW, FileSource

from edge_orch.time import Instant

NOW = Instant(1_700_000_000_000_000, 1_000_000, "boot")


class Reader:
    def __init__(self, path: Path, positions: dict[str, bytes] | None = None) -> None:
        self.source = FileSource("press", path, lambda: NOW, poll_s=0.001)
        self.batches: list[BatchRead] = []
        self.failures: list[SourceFailed] = []
        self._positions = positions or {}
        self._something = asyncio.Event()

    async def __aenter__(self) -> Reader:
        await self.source.start(self._positions, self._emit)
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.source.stop()

    def _emit(self, event: BatchRead | SourceFailed) -> None:
        if isinstance(event, BatchRead):
            self.batches.append(event)
        else:
            self.failures.append(event)
        self._something.set()

    @property
    def text(self) -> bytes:
        return b"".join(event.batch.payload for event in self.batches if isinstance(event.batch.payload, bytes))

    async def until(self, text: bytes) -> None:
        async with asyncio.timeout(10):
            while self.text != text:
                self._something.clear()
                await self._something.wait()

    def positions(self) -> dict[str, bytes]:
        return {event.partition_key: event.next_position for event in self.batches}


def append(path: Path, text: bytes) -> None:
    with path.open("ab") as file:
        file.write(text)


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


@pytest.mark.parametrize("ending", [b"", b"\n"])
async def test_an_endless_line_is_cut(tmp_path: Path, ending: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * (1 << 20) + ending)
    async with Reader(path) as reader:
        async with asyncio.timeout(10):
            while not reader.batches:
                await asyncio.sleep(0)
        assert len(reader.text) >= 1 << 20
