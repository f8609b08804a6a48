"""Reads by a file source, for tests."""

from __future__ import annotations

import asyncio
from pathlib import Path

from edge_orch_agent.core.events import BatchRead, SourceFailed
from edge_orch_agent.sources.file import FileSource

from edge_orch.time import Instant
from tests.contracts.source_contract import stored

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
        return stored({}, self.batches)


async def polls(count: int) -> None:
    """Let the source look again so many times."""
    for _ in range(count):
        await asyncio.sleep(0.001)


def append(path: Path, text: bytes) -> None:
    with path.open("ab") as file:
        file.write(text)
