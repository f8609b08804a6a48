"""Reads a text file, or all that a pattern names; every file is followed by itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, BinaryIO

from edge_orch.engine.records import Batch
from edge_orch.time import Instant
from edge_orch_agent.core.events import BatchRead, SourceFailed
from edge_orch_agent.sources.bell import Bell
from edge_orch_agent.sources.file_position import Position, decode_position, encode_position, inode_key
from edge_orch_agent.sources.follower import Follower
from edge_orch_agent.sources.port import Emit
from edge_orch_agent.sources.stored_position import decoded

WINDOW = 16
"""Chunks read and not acknowledged, of all files together."""
TURNS = 6
"""Of the event loop between two chunks. A sink takes some five from one answer to the next request: with fewer it would
be slower than what brings its records forth, and have them read back from the store."""
POLL_S = 0.25
SCAN_POLLS = 8
"""A pattern is looked through once in so many polls."""
MOST_FILES = 256
"""Files of one pattern that exist at a time: each costs a few microseconds a poll."""


class FileSource:
    """One job's files. The partition of a record is the path of its file."""

    def __init__(self, job: str, path: Path, now: Callable[[], Instant], poll_s: float = POLL_S) -> None:
        self._job = job
        self._path = path
        self._now = now
        self._poll_s = poll_s
        self._is_pattern = bool(set(path.name) & set("*?["))
        self._receipt = 0
        self._outstanding: set[int] = set()
        self._room = asyncio.Event()
        self._positions: dict[str, Position] = {}
        self._followers: dict[Path, Follower] = {}
        self._bell = Bell()
        self._tasks: set[asyncio.Task[None]] = set()
        self._over: set[str] = set()
        self._failure = ""
        self._emit: Emit

    async def start(self, positions: dict[str, bytes], emit: Emit) -> None:
        """Follow in the background."""
        self._emit = emit
        self._positions = decoded(positions, lambda _path, stored: decode_position(stored))
        self._bell.open()
        if self._is_pattern:
            self._spawn(self._scan(), "pattern")
        else:
            self._follow(self._path, remembers=False)

    def acknowledge(self, receipts: tuple[int, ...]) -> None:
        """Room for more chunks; the position itself is in the commit."""
        self._outstanding.difference_update(receipts)
        self._room.set()

    async def stop(self) -> None:
        """Close every file."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._bell.close()

    async def _scan(self) -> None:
        """Follow what the pattern names, from now on and for ever; first of all what was read before."""
        for name in self._positions:
            if Path(name).parent == self._path.parent and Path(name).match(self._path.name):
                self._follow(Path(name), remembers=True)
        while True:
            try:
                self._look()
            except OSError as error:
                self._failed(f"{self._path}: {error.strerror or error}")
            await asyncio.sleep(self._poll_s * SCAN_POLLS)

    def _look(self) -> None:
        if not self._path.parent.is_dir():
            self._failed(f"{self._path.parent} is no folder")
        for path in self.paths():
            if path in self._followers or not path.is_file() or self._is_known(path):
                continue
            if len(self._followers) >= MOST_FILES:
                self._failed(f"{self._path} names more than {MOST_FILES} files; the rest is not read")
                break
            self._follow(path, remembers=True)

    def _is_known(self, path: Path) -> bool:
        """Whether it is a file that is, or was, read under the name that it had before."""
        with path.open("rb") as file:
            return self.hold(path, file)

    def paths(self) -> list[Path]:
        """What the pattern names now; nothing, if it is none."""
        return sorted(self._path.parent.glob(self._path.name)) if self._is_pattern else []

    def hold(self, path: Path, file: BinaryIO, asking: Follower | None = None) -> bool:
        """Whether a follower, other than the one that asks, reads this file or has read it."""
        key = inode_key(file)
        return any(one.holds(path, file, key) for one in self._followers.values() if one is not asking)

    def _follow(self, path: Path, *, remembers: bool) -> None:
        follower = Follower(
            path,
            self._positions.get(str(path)),
            self._hand_on,
            self._failed,
            neighbours=self,
            bell=self._bell,
            poll_s=self._poll_s,
            remembers=remembers,
        )
        self._followers[path] = follower
        self._over.discard(str(path))
        self._spawn(self._to_its_end(path, follower), str(path))

    async def _to_its_end(self, path: Path, follower: Follower) -> None:
        await follower.run()
        del self._followers[path]
        self._positions.pop(str(path), None)
        self._over.add(str(path))

    def _spawn(self, work: Coroutine[Any, Any, None], what: str) -> None:
        task = asyncio.create_task(work, name=f"file source of {self._job}: {what}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _failed(self, reason: str) -> None:
        if reason != self._failure:
            self._failure = reason
            self._emit(SourceFailed(self._job, reason))

    async def _hand_on(self, path: Path, data: bytes, first: int, behind: Position, last: bool) -> None:
        while len(self._outstanding) >= WINDOW:
            self._room.clear()
            await self._room.wait()
        self._receipt += 1
        self._outstanding.add(self._receipt)
        name = str(path)
        batch = Batch(name, data, self._now(), first, {"path": name})
        positions = {**dict.fromkeys(self._over), name: encode_position(behind)}
        self._over.clear()
        self._emit(BatchRead(self._job, batch, self._receipt, positions, last))
        for _ in range(TURNS):
            await asyncio.sleep(0)
