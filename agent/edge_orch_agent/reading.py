"""Performs `StartSource`, `StopSource` and `Acknowledge`: keeps one source a job running."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

import msgspec

from edge_orch.errors import EdgeOrchError
from edge_orch_agent.backoff import Backoff
from edge_orch_agent.core.commands import StartSource
from edge_orch_agent.core.events import BatchRead, PositionLost, SourceFailed
from edge_orch_agent.references import Resolver
from edge_orch_agent.sources.port import SourceAdapter
from edge_orch_agent.sources.stored_position import UnreadablePosition

Emit = Callable[[BatchRead | SourceFailed | PositionLost], None]


class MakeSource(Protocol):
    """Makes the source of a job: job, kind, resolved options. Raises `EdgeOrchError` when it cannot."""

    def __call__(self, job: str, kind: str, options: dict[str, Any]) -> SourceAdapter: ...


class Reading:
    """All sources of this agent.

    Receipts are renumbered here, so that no two sources ever share one: what a stopped source had read cannot be
    acknowledged to its successor. A source that cannot be made is tried again for ever; one whose position cannot be
    read begins anew.
    """

    def __init__(
        self, make: MakeSource, resolver: Resolver, emit: Emit, backoff: Callable[[], Backoff] = Backoff
    ) -> None:
        self._make = make
        self._resolver = resolver
        self._emit = emit
        self._backoff = backoff
        self._receipts = count(1)
        self._running: dict[str, _Running] = {}
        self._held = False

    def start(self, command: StartSource) -> None:
        """Replaces the source the job had; that one is stopped first."""
        previous = self._running.pop(command.job, None)
        running = _Running(self._take)
        self._running[command.job] = running
        running.task = asyncio.create_task(self._run(command, running, previous), name=f"source of {command.job}")

    def stop(self, job: str) -> asyncio.Task[None] | None:
        """Stop reading; the task ends when the source has let go."""
        running = self._running.pop(job, None)
        return asyncio.create_task(running.stop()) if running else None

    def acknowledge(self, job: str, receipts: tuple[int, ...]) -> None:
        """These batches are durable. Receipts of a source that has been stopped are forgotten."""
        if job in self._running:
            self._running[job].acknowledge(receipts)

    def hold(self) -> None:
        """Take in nothing more: it stays unacknowledged, and its origin gives it to the next run."""
        self._held = True

    @property
    def unacknowledged(self) -> int:
        """Batches handed in and not yet durable."""
        return sum(len(running.local) for running in self._running.values())

    async def close(self) -> None:
        """Stop all sources."""
        await asyncio.gather(*filter(None, [self.stop(job) for job in list(self._running)]))

    def _take(self, event: BatchRead | SourceFailed, local: dict[int, int]) -> None:
        if isinstance(event, BatchRead):
            if self._held:
                return
            receipt = next(self._receipts)
            local[receipt] = event.receipt
            event = msgspec.structs.replace(event, receipt=receipt)
        self._emit(event)

    async def _run(self, command: StartSource, running: _Running, previous: _Running | None) -> None:
        if previous is not None:
            await previous.stop()
        backoff, positions = self._backoff(), command.positions
        while True:
            try:
                options = self._resolver.resolve(command.source.options)
                running.adapter = self._make(command.job, command.source.kind, options)
                await running.adapter.start(positions, running.emit)
                return
            except UnreadablePosition as error:
                running.adapter = None
                positions = {key: stored for key, stored in positions.items() if key != error.partition}
                self._emit(PositionLost(command.job, error.partition, error.reason))
            except Exception as error:  # whatever a source does, its neighbours go on
                running.adapter = None
                problem = error.problems[0].what if isinstance(error, EdgeOrchError) else repr(error)
                self._emit(SourceFailed(command.job, problem))
                await asyncio.sleep(backoff.next_s())


class _Running:
    """One source and the receipts it waits for."""

    def __init__(self, take: Callable[[BatchRead | SourceFailed, dict[int, int]], None]) -> None:
        self.adapter: SourceAdapter | None = None
        self.task: asyncio.Task[None]
        self.local: dict[int, int] = {}
        self._take = take

    def emit(self, event: BatchRead | SourceFailed) -> None:
        self._take(event, self.local)

    def acknowledge(self, receipts: tuple[int, ...]) -> None:
        known = tuple(self.local.pop(receipt) for receipt in receipts if receipt in self.local)
        if self.adapter is not None and known:
            self.adapter.acknowledge(known)

    async def stop(self) -> None:
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task
        if self.adapter is not None:
            await self.adapter.stop()
