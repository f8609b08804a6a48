"""Follows one text file as it grows, is renamed, copied or truncated: whole lines, from where the last commit ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from edge_orch.engine.lines import newlines
from edge_orch_agent.sources.bell import Bell
from edge_orch_agent.sources.file_position import Position, begins, inode_key, position_in

CHUNK = 256 * 1024
"""Some two thousand records: the engine is fastest with as many at a time, and needs the least memory."""
LONGEST_LINE = 1 << 20
"""A longer run of bytes without a newline is handed on as one record."""
FINISHED = 16
"""Files that are remembered as read to their end. Of more, only those that still have a name."""
DELETED_POLLS = 240
"""So many looks at a deleted file that bring nothing: then its space is given back."""
HELD_POLLS = 8
"""A name whose file another follower holds is looked at once in so many polls."""
_ROTATED = re.compile(r"[.\-_](\d[\d.\-_T:]*|old|bak)")

HandOn = Callable[[Path, bytes, int, Position, bool], Awaitable[None]]
"""Takes whole lines, the number of the first of them, the position behind them, and whether that is the file's end.

Waits while there is no room.
"""


class _Deleted(Exception):
    """The file has no name any more, nor has any other that was read, and it is read to its end."""


class Neighbours(Protocol):
    """The other followers of one source, and the names that they share."""

    def paths(self) -> list[Path]:
        """All names of the pattern; none without one."""
        ...

    def hold(self, path: Path, file: BinaryIO, asking: Follower) -> bool:
        """Whether one of them reads `file`, found under `path`, or has read it."""
        ...


class Follower:
    """One name in a folder. `remembers`: whether its finished files are kept in the position.

    A file is read by the one who opens it first, and by nobody else, whatever it is called later. One that remembers is
    over when its name and all files that it has read are deleted.
    """

    def __init__(
        self,
        path: Path,
        position: Position | None,
        hand_on: HandOn,
        failed: Callable[[str], None],
        *,
        neighbours: Neighbours,
        bell: Bell,
        poll_s: float,
        remembers: bool,
    ) -> None:
        self._path = path
        self.position = position
        self._hand_on = hand_on
        self._failed = failed
        self._neighbours = neighbours
        self._bell = bell
        self._poll_s = poll_s
        self._remembers = remembers
        self._finished = position.finished if position else ()
        self._open: list[BinaryIO] = []
        self._keys: list[tuple[int, int]] = []
        self._failure = ""

    def holds(self, path: Path, file: BinaryIO, key: tuple[int, int]) -> bool:
        """Whether `file`, of this inode and found under `path`, is or was read here, or is a copy of what is."""
        position = self.position
        if key in self._keys or self._has_finished(file, key):
            return True
        if position is not None and (position.device, position.inode) == key and position.is_of(file):
            return True
        if not self._is_sibling(path):
            return False
        # A copy may be complete already, or still be written.
        return (position is not None and position.is_of_copy(file)) or any(begins(mine, file) for mine in self._open)

    async def run(self) -> None:
        """Follow until it is over; a file that cannot be read is told once, and tried again."""
        while True:
            try:
                resume = self.position
                file = self._find(resume) if resume else None
                while True:
                    with file or await self._own() as current:
                        written_ns = await self._read(current, resume if file else None)
                    file, resume = self._rotated_after(written_ns), None
            except _Deleted:
                return
            except OSError as error:
                if self._is_over():
                    return
                reason = f"{self._path}: {error.strerror or error}"
                if reason != self._failure:
                    self._failure = reason
                    self._failed(reason)
                await asyncio.sleep(self._poll_s)

    def _is_over(self) -> bool:
        """Not where the folder is on another device than the file was: something is not mounted."""
        if not self._remembers or self._path.exists() or not self._path.parent.is_dir():
            return False
        read = {origin.inode_key for origin in self._finished}
        if self.position is not None:
            read.add(self.position.origin.inode_key)
            if self._path.parent.stat().st_dev != self.position.device:
                return False
        return read.isdisjoint(_inode_keys(self._neighbours.paths()))

    async def _own(self) -> BinaryIO:
        """The file under the name, once it is one that nobody has read."""
        while True:
            file = self._path.open("rb")
            if not self._is_held(self._path, file):
                return file
            file.close()
            await asyncio.sleep(self._poll_s * HELD_POLLS)

    def _is_held(self, path: Path, file: BinaryIO) -> bool:
        return self._has_finished(file, inode_key(file)) or self._neighbours.hold(path, file, self)

    def _has_finished(self, file: BinaryIO, key: tuple[int, int]) -> bool:
        return any(origin.inode_key == key and origin.begins(file) for origin in self._finished)

    def _find(self, position: Position) -> BinaryIO | None:
        """The file itself, under whatever name; else a copy of it."""
        names = dict.fromkeys((self._path, *self._siblings(), *self._neighbours.paths()))
        return self._first(names, lambda _path, file: position.is_of(file)) or self._first(
            self._siblings(), lambda _path, file: position.is_of_copy(file)
        )

    def _rotated_after(self, written_ns: int | None) -> BinaryIO | None:
        """The oldest rotated file that was written to after this moment: several were, while nobody looked."""
        newer = []
        for path in self._siblings() if written_ns is not None else ():
            with contextlib.suppress(OSError):
                if _ROTATED.fullmatch(path.name.removeprefix(self._path.name)) and path.is_file():
                    newer.append((path.stat().st_mtime_ns, path))
        after = sorted(entry for entry in newer if written_ns is not None and entry[0] > written_ns)
        return self._first((path for _, path in after), lambda path, file: not self._is_held(path, file))

    def _first(self, paths: Iterable[Path], fits: Callable[[Path, BinaryIO], bool]) -> BinaryIO | None:
        for path in paths:
            with contextlib.suppress(OSError):
                file = path.open("rb")
                if fits(path, file):
                    return file
                file.close()
        return None

    def _siblings(self) -> list[Path]:
        return sorted(path for path in self._path.parent.iterdir() if self._is_sibling(path))

    def _is_sibling(self, path: Path) -> bool:
        return path.name.startswith(self._path.name) and path != self._path

    async def _read(self, file: BinaryIO, resume: Position | None) -> int | None:
        """Hand on lines until the file has been replaced and read to its end: when it was last written to.

        None if it was truncated instead. Raises `_Deleted` if it was deleted, and this follower is over.
        """
        self._failure = ""
        key = inode_key(file)
        self._open.append(file)
        self._keys.append(key)
        try:
            return await self._read_open(file, resume)
        finally:
            self._open.remove(file)
            self._keys.remove(key)

    async def _read_open(self, file: BinaryIO, resume: Position | None) -> int | None:
        # Of this file: it may be a copy of the one where the position was taken.
        place = position_in(file, resume.offset, resume.lines) if resume else position_in(file, 0, 0)
        rest, calm, vain = b"", False, 0
        while True:
            # Asked before reading: what was written before the file was replaced is in this read or a later one.
            replaced = self._is_replaced(file)
            # Again what was left over, the beginning of a line: to join it to what follows would copy all of that.
            wanted = len(rest) + CHUNK
            read = os.pread(file.fileno(), wanted, place.offset)
            # Asked after it: what is read of a file that has been truncated is of another one.
            if not read.startswith(rest) or not _still_holds(file, place, len(read)):
                await self._truncated(place, rest)
                return None
            more, rest = len(read) > len(rest), read
            whole = rest.rfind(b"\n") + 1
            if (replaced and not more) or (not whole and len(rest) >= LONGEST_LINE):
                whole = len(rest)
            if whole:
                place = await self._give(file, rest[:whole], place, last=len(read) < wanted)
                rest = rest[whole:]
            vain = 0 if more else vain + 1
            if more:
                calm = False
            elif replaced:
                self._finish(file, place)
                return os.fstat(file.fileno()).st_mtime_ns
            elif vain % DELETED_POLLS == 0 and not os.fstat(file.fileno()).st_nlink and self._is_over():
                if rest:
                    await self._give(file, rest, place, last=True)
                raise _Deleted
            elif calm:
                calm = not await self._bell.wait(file, self._poll_s)
            else:
                # Whoever writes all the time is read from time to time, and does not ring.
                await asyncio.sleep(self._poll_s)
                calm = True

    async def _truncated(self, place: Position, rest: bytes) -> None:
        """What had not been read may stand in a copy; without one, what was read of the last line is all there is."""
        copy = self._first(self._siblings(), lambda _path, file: _is_copy(file, place, rest))
        if copy is not None:
            with copy:
                # Nothing had been read of it before: whoever has it reads all of it.
                if not self._neighbours.hold(self._path, copy, self):
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
        if not self._remembers or not place.offset:
            return
        finished = position_in(file, place.offset, 0).end
        before = [origin for origin in self._finished if origin.inode_key != finished.inode_key]
        if len(before) >= FINISHED:
            named = self._named()
            before = [origin for origin in before if origin.inode_key in named]
        self._finished = (*before, finished)

    def _named(self) -> set[tuple[int, int]]:
        """Device and inode of all that has a name here."""
        named = set[tuple[int, int]]()
        for path in {self._path, *self._siblings(), *self._neighbours.paths()}:
            with contextlib.suppress(OSError):
                status = path.stat()
                named.add((status.st_dev, status.st_ino))
        return named

    def _is_replaced(self, file: BinaryIO) -> bool:
        """Whether another file stands under the name."""
        ours = os.fstat(file.fileno())
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino)


def _inode_keys(paths: Iterable[Path]) -> Iterator[tuple[int, int]]:
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            status = path.stat()
            yield status.st_dev, status.st_ino


def _still_holds(file: BinaryIO, place: Position, more: int) -> bool:
    """Whether the file is as long as was read of it, and begins as it did."""
    return os.fstat(file.fileno()).st_size >= place.offset + more and place.origin.names(file)


def _is_copy(file: BinaryIO, place: Position, rest: bytes) -> bool:
    """Whether it holds what was read up to the place, and what was left over behind it."""
    if not place.offset and not rest:
        return False
    read = not place.offset or place.is_of_copy(file)
    return read and os.pread(file.fileno(), len(rest), place.offset) == rest
