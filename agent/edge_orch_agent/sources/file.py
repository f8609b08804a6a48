"""Follows a text file as it grows, is rotated or truncated: whole lines, from where the last commit ended."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from edge_orch.engine.records import Batch
from edge_orch.time import Instant
from edge_orch_agent.core.events import BatchRead, SourceFailed
from edge_orch_agent.sources.port import Emit

CHUNK = 128 * 1024
LONGEST_LINE = 1 << 20
"""A longer run of bytes without a newline is handed on as one record."""
WINDOW = 32
"""Chunks read and not acknowledged."""
POLL_S = 0.25
HEAD = 256


class Position(msgspec.Struct, array_like=True):
    """Which file, known by device, inode and the hash of its first `head` bytes, and how far it is read."""

    device: int
    inode: int
    head: int
    head_hash: bytes
    offset: int
    lines: int

    def matches(self, file: BinaryIO) -> bool:
        """Whether `file` is the one that was read, and not a new one under its old inode."""
        status = os.fstat(file.fileno())
        return (
            (status.st_dev, status.st_ino) == (self.device, self.inode)
            and status.st_size >= self.offset
            and _head_hash(file, self.head) == self.head_hash
        )


_decode_position = msgspec.msgpack.Decoder(Position).decode


def _head_hash(file: BinaryIO, length: int) -> bytes:
    return hashlib.sha256(os.pread(file.fileno(), length, 0)).digest()[:16]


class FileSource:
    """One job's file. A file rotated away is read to its end first, also when that happened while we were down."""

    def __init__(self, job: str, path: Path, now: Callable[[], Instant], poll_s: float = POLL_S) -> None:
        self._job = job
        self._path = path
        self._now = now
        self._poll_s = poll_s
        self._receipt = 0
        self._outstanding: set[int] = set()
        self._room = asyncio.Event()
        self._emit: Emit
        self._task: asyncio.Task[None]
        self._failure = ""

    async def start(self, positions: dict[str, bytes], emit: Emit) -> None:
        """Follow in the background."""
        self._emit = emit
        stored = positions.get(str(self._path))
        self._task = asyncio.create_task(
            self._follow(_decode_position(stored) if stored else None), name=f"file source of {self._job}"
        )

    def acknowledge(self, receipts: tuple[int, ...]) -> None:
        """Room for more chunks; the position itself is in the commit."""
        self._outstanding.difference_update(receipts)
        self._room.set()

    async def stop(self) -> None:
        """Close the file."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _follow(self, position: Position | None) -> None:
        while True:
            try:
                with self._open(position) as file:
                    resumed = position if position is not None and position.matches(file) else None
                    self._failure = ""
                    await self._read(file, resumed)
                    position = None
            except OSError as error:
                reason = f"{self._path}: {error.strerror or error}"
                if reason != self._failure:
                    self._failure = reason
                    self._emit(SourceFailed(self._job, reason))
                await asyncio.sleep(self._poll_s)

    def _open(self, position: Position | None) -> BinaryIO:
        """The file that was being read, if it can still be found under its name or a rotated one; else the path."""
        if position is not None:
            for path in (self._path, *sorted(self._path.parent.glob(f"{self._path.name}?*"))):
                with contextlib.suppress(OSError):
                    file = path.open("rb")
                    if position.matches(file):
                        return file
                    file.close()
        return self._path.open("rb")

    async def _read(self, file: BinaryIO, resumed: Position | None) -> None:
        """Hand on lines until the file has been replaced or truncated and read to its end."""
        offset, lines = (resumed.offset, resumed.lines) if resumed else (0, 0)
        rest = b""
        while True:
            # Asked before reading: what was written before the file was replaced is in this read or a later one.
            replaced = self._is_replaced(file, offset + len(rest))
            chunk = os.pread(file.fileno(), CHUNK, offset + len(rest))
            rest += chunk
            whole = len(rest) if len(rest) >= LONGEST_LINE else rest.rfind(b"\n") + 1
            if replaced and not chunk:
                whole = len(rest)
            if whole:
                offset, lines = await self._hand_on(file, rest[:whole], offset, lines)
                rest = rest[whole:]
            if not chunk:
                if replaced:
                    return
                await asyncio.sleep(self._poll_s)

    async def _hand_on(self, file: BinaryIO, data: bytes, offset: int, lines: int) -> tuple[int, int]:
        while len(self._outstanding) >= WINDOW:
            self._room.clear()
            await self._room.wait()
        status = os.fstat(file.fileno())
        head = min(HEAD, offset + len(data))
        line_count = data.count(b"\n") + (not data.endswith(b"\n"))
        position = Position(
            status.st_dev, status.st_ino, head, _head_hash(file, head), offset + len(data), lines + line_count
        )
        self._receipt += 1
        self._outstanding.add(self._receipt)
        path = str(self._path)
        batch = Batch(path, data, self._now(), lines, {"path": path})
        self._emit(BatchRead(self._job, batch, self._receipt, path, msgspec.msgpack.encode(position)))
        await asyncio.sleep(0)
        return position.offset, position.lines

    def _is_replaced(self, file: BinaryIO, read: int) -> bool:
        ours = os.fstat(file.fileno())
        if ours.st_size < read:
            return True
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino)
