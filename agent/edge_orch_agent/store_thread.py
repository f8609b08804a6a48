"""The store's own thread: commits happen one after the other, and an fsync on an SD card does not stop the reading."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from edge_orch_agent.core.commands import Commit, Merge, Recall
from edge_orch_agent.core.events import CommitFailed, Committed, Merged, Recalled
from edge_orch_agent.core.transaction import Segment, StreamId
from edge_orch_agent.logs import event as line
from edge_orch_agent.store.port import DiskFull, Store, StoreLost

Result = TypeVar("Result")

FRESH_BYTES = 4 << 20
"""Kept of the last two commits: most sinks take a segment at once, and need it neither read nor decompressed."""

log = logging.getLogger(__name__)


class StoreThread:
    """Performs `Commit` and reads segments. The store itself belongs to the caller, who hears of it if it is `lost`."""

    def __init__(self, store: Store, lost: Callable[[StoreLost], None]) -> None:
        self._store = store
        self._lost = lost
        self._thread = ThreadPoolExecutor(1, "store")
        self._fresh: dict[tuple[StreamId, int], Segment] = {}
        self._older: dict[tuple[StreamId, int], Segment] = {}

    async def commit(self, command: Commit) -> Committed | CommitFailed:
        """What became of it; never raises: whatever the store met, the core must know, and may try again."""
        try:
            written = await self._perform(partial(self._store.commit, command.transaction, command.essential))
        except Exception as error:
            log.error(line("commit_failed", reason=error))
            return CommitFailed(command.ticket, str(error), full=isinstance(error, DiskFull))
        if command.transaction.segments:
            self._keep(command.transaction.segments)
        return Committed(command.ticket, written)

    async def segment(self, stream: StreamId, sequence: int) -> Segment | None:
        """One undelivered segment, as `Store.segment`. What was committed just now need not be read back."""
        fresh = self._fresh.pop((stream, sequence), None) or self._older.pop((stream, sequence), None)
        if fresh is not None:
            return fresh
        return await self._perform(partial(self._store.segment, stream, sequence))

    async def merge(self, command: Merge) -> Merged:
        """What became of it; never raises: without it all goes on as before."""
        stream, first, last = command.stream, command.first, command.last
        for kept in (self._fresh, self._older):
            for key in [key for key in kept if key[0] == stream and first <= key[1] <= last]:
                del kept[key]
        try:
            segment = await self._perform(partial(self._store.merge, stream, first, last))
        except Exception as error:
            log.warning(line("merge_failed", stream=stream, reason=error))
            segment = None
        return Merged(stream, first, segment)

    async def recall(self, command: Recall) -> Recalled:
        """The dead letters that are asked for; none where the store cannot be read, which the log then says."""
        try:
            letters = await self._perform(partial(self._store.letters, command.ids))
        except Exception as error:
            log.error(line("recall_failed", reason=error))
            letters = []
        return Recalled(command.request, tuple(letters))

    async def _perform(self, work: Callable[[], Result]) -> Result:
        """What it returns, from the store's thread."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except StoreLost as error:
            self._lost(error)
            raise

    def _keep(self, segments: Sequence[Segment]) -> None:
        """As many as there is room for, the first to be delivered first. What was kept a commit ago may be next."""
        self._older, self._fresh = self._fresh, {}
        room = FRESH_BYTES - sum(len(segment.data) for segment in self._older.values())
        for segment in segments:
            room -= len(segment.data)
            if room < 0:
                break
            self._fresh[segment.stream, segment.sequence] = segment

    async def close(self) -> None:
        """Wait for a commit that is under way."""
        await asyncio.to_thread(self._thread.shutdown)
