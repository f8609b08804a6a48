from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from edge_orch_agent.sources.bell import Bell

LONG_S = 60.0
"""The test would end by its own, shorter limit."""


def _append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more\n")


def _replace(path: Path) -> None:
    fresh = path.with_name("fresh")
    fresh.write_bytes(b"other\n")
    fresh.replace(path)


def _rename(path: Path) -> None:
    path.rename(path.with_name("log.1"))


def _truncate(path: Path) -> None:
    os.truncate(path, 0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "log"
    path.write_bytes(b"1\n")
    return path


@pytest.mark.parametrize("change", [_append, _replace, _rename, _truncate])
async def test_it_rings_when_the_file_changes(path: Path, change: Callable[[Path], None]) -> None:
    bell = Bell()
    bell.open()
    with path.open("rb") as file:
        waiting = asyncio.create_task(bell.wait(file, LONG_S))
        await asyncio.sleep(0)
        change(path)
        async with asyncio.timeout(10):
            assert await waiting
    bell.close()


async def test_what_happens_to_other_files_does_not_ring(path: Path, tmp_path: Path) -> None:
    bell = Bell()
    bell.open()
    with path.open("rb") as file:
        waiting = asyncio.create_task(bell.wait(file, 0.01))
        await asyncio.sleep(0)
        (tmp_path / "other").write_bytes(b"1\n")
        assert not await waiting
    bell.close()


async def test_a_watch_ends_with_its_wait(path: Path) -> None:
    bell = Bell()
    bell.open()
    with path.open("rb") as file:
        assert not await bell.wait(file, 0.001)
        _append(path)  # nobody waits
        assert not await bell.wait(file, 0.001)
        waiting = asyncio.create_task(bell.wait(file, LONG_S))
        await asyncio.sleep(0)
        _append(path)
        async with asyncio.timeout(10):
            assert await waiting
    bell.close()


async def test_two_files_ring_apart(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"1\n")
    bell = Bell()
    bell.open()
    with path.open("rb") as first, other.open("rb") as second:
        one, two = (asyncio.create_task(bell.wait(file, LONG_S)) for file in (first, second))
        await asyncio.sleep(0)
        _append(other)
        async with asyncio.timeout(10):
            assert await two
        assert not one.done()
        _append(path)
        async with asyncio.timeout(10):
            assert await one
    bell.close()


async def test_without_inotify_time_goes_by(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bell = Bell()
    monkeypatch.setattr(bell, "_libc", object())
    bell.open()
    with path.open("rb") as file:
        assert not await bell.wait(file, 0.001)
    bell.close()
