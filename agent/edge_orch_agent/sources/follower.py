"""Follows one text file as it grows, is renamed, copied or truncated: whole lines, from where the last commit ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from edge_orch.engine.lines import newlines
from edge_orch_agent.sources.bell import Bell
from edge_orch_agent.sources.file_position import Position, position_in

CHUNK = 256 * 1024
"""Some two thousand records: the engine is fastest with as many at a time, and needs the least memory."""
LONGEST_LINE = 1 << 20
"""A longer run of bytes without a newline is handed on as one record."""
FINISHED = 16
"""Files that are remembered as read to their end, the latest."""
_ROTATED = re.compile(r"[.\-_](\d[\d.\-_T:]*|old|bak)")

HandOn = Callable[[Path, bytes, int, Position, bool], Awaitable[None]]
"""Takes whole lines, the number of the first of them, the position behind them, and whether that is the file's end.

Waits while there is no room.
"""


class Follower:
    """One name in a folder. `remembers`: whether its finished files are kept in the position."""

    def __init__(
        self,
        path: Path,
        position: Position | None,
        hand_on: HandOn,
        failed: Callable[[str], None],
        *,
        bell: Bell,
        poll_s: float,
        remembers: bool,
    ) -> None:
        self._path = path
        self.position = position
        self._hand_on = hand_on
        self._failed = failed
        self._bell = bell
        self._poll_s = poll_s
        self._remembers = remembers
        self._finished = position.finished if position else ()
        self._failure = ""

    def knows(self, file: BinaryIO) -> bool:
        """Whether `file`, found under another name, is what is read or was read here."""
        read = self.position is not None and (self.position.is_of(file) or self.position.is_of_copy(file))
        return read or any(origin.names(file) for origin in self._finished)

    async def run(self) -> None:
        """Follow for ever; a file that cannot be read is told once, and tried again."""
        while True:
            try:
                resume = self.position
                file = self._find(resume) if resume else None
                while True:
                    with file or self._path.open("rb") as current:
                        written_ns = await self._read(current, resume if file else None)
                    file, resume = self._rotated_after(written_ns), None
            except OSError as error:
                reason = f"{self._path}: {error.strerror or error}"
                if reason != self._failure:
                    self._failure = reason
                    self._failed(reason)
                await asyncio.sleep(self._poll_s)

    def _find(self, position: Position) -> BinaryIO | None:
        """The file itself, under whatever name; else a copy of it."""
        for knows in (position.is_of, position.is_of_copy):
            for path in (self._path, *self._siblings()):
                with contextlib.suppress(OSError):
                    file = path.open("rb")
                    if knows(file):
                        return file
                    file.close()
        return None

    def _rotated_after(self, written_ns: int | None) -> BinaryIO | None:
        """The oldest rotated file that was written to after this moment: several were, while nobody looked."""
        newer = []
        for path in self._siblings() if written_ns is not None else ():
            with contextlib.suppress(OSError):
                if _ROTATED.fullmatch(path.name.removeprefix(self._path.name)) and path.is_file():
                    newer.append((path.stat().st_mtime_ns, path))
        after = sorted(entry for entry in newer if written_ns is not None and entry[0] > written_ns)
        return after[0][1].open("rb") if after else None

    def _siblings(self) -> list[Path]:
        return sorted(path for path in self._path.parent.iterdir() if self._is_sibling(path))

    def _is_sibling(self, path: Path) -> bool:
        return path.name.startswith(self._path.name) and path != self._path

    async def _read(self, file: BinaryIO, resume: Position | None) -> int | None:
        """Hand on lines until the file has been replaced and read to its end: when it was last written to.

        None if it was truncated instead.
        """
        self._failure = ""
        # Of this file: it may be a copy of the one where the position was taken.
        place = position_in(file, resume.offset, resume.lines) if resume else position_in(file, 0, 0)
        rest, calm = b"", False
        while True:
            # Asked before reading: what was written before the file was replaced is in this read or a later one.
            replaced = self._is_replaced(file)
            # Again what was left over, the beginning of a line: to join it to what follows would copy all of that.
            wanted = len(rest) + CHUNK
            read = os.pread(file.fileno(), wanted, place.offset)
            # Asked after it: what is read of a file that has been truncated is of another one.
            if len(read) < len(rest) or not _still_holds(file, place, len(read)):
                await self._truncated(place, rest)
                return None
            more, rest = len(read) > len(rest), read
            whole = rest.rfind(b"\n") + 1
            if (replaced and not more) or (not whole and len(rest) >= LONGEST_LINE):
                whole = len(rest)
            if whole:
                place = await self._give(file, rest[:whole], place, last=len(read) < wanted)
                rest = rest[whole:]
            if more:
                calm = False
            elif replaced:
                self._finish(file, place)
                return os.fstat(file.fileno()).st_mtime_ns
            elif calm:
                calm = not await self._bell.wait(file, self._poll_s)
            else:
                # Whoever writes all the time is read from time to time, and does not ring.
                await asyncio.sleep(self._poll_s)
                calm = True

    async def _truncated(self, place: Position, rest: bytes) -> None:
        """What had not been read may stand in a copy; without one, what was read of the last line is all there is."""
        copy = self._find(place) if place.offset else None
        if copy is not None:
            with copy:
                await self._read(copy, place)
        elif rest:
            self.position = msgspec.structs.replace(place, lines=place.lines + 1)
            await self._hand_on(self._path, rest, place.lines, self.position, False)

    async def _give(self, file: BinaryIO, data: bytes, place: Position, *, last: bool) -> Position:
        lines = newlines(data) + (not data.endswith(b"\n"))
        self.position = position_in(file, place.offset + len(data), place.lines + lines, self._finished)
        await self._hand_on(self._path, data, place.lines, self.position, last)
        return self.position

    def _finish(self, file: BinaryIO, place: Position) -> None:
        if self._remembers and place.offset:
            self._finished = (*self._finished, position_in(file, place.offset, 0).origin)[-FINISHED:]

    def _is_replaced(self, file: BinaryIO) -> bool:
        """Whether another file stands under the name."""
        ours = os.fstat(file.fileno())
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino)


def _still_holds(file: BinaryIO, place: Position, more: int) -> bool:
    """Whether the file is as long as was read of it, and begins as it did."""
    return os.fstat(file.fileno()).st_size >= place.offset + more and place.origin.names(file)
