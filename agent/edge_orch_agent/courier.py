"""Performs `Deliver`: takes a segment from the store to its sink, and says what became of it."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec

from edge_orch.errors import EdgeOrchError
from edge_orch.plan.plan import Sink
from edge_orch_agent.core.commands import Deliver
from edge_orch_agent.core.events import Delivered, DeliveryFailed
from edge_orch_agent.core.transaction import Segment, StreamId
from edge_orch_agent.references import Resolver
from edge_orch_agent.sinks.port import Rejected, Retry, SinkAdapter


class MakeSink(Protocol):
    """Makes a sink: job, name, kind, resolved options. Raises `EdgeOrchError` when it cannot."""

    def __call__(self, job: str, name: str, kind: str, options: dict[str, Any]) -> SinkAdapter: ...


LoadSegment = Callable[[StreamId, int], Awaitable[Segment | None]]


class _Open(msgspec.Struct):
    definition: bytes
    adapter: SinkAdapter


class Courier:
    """Keeps a sink open per stream, for as long as it works and its definition stays the same.

    After a failure the sink is made anew, so that a rotated secret counts from the next attempt on.
    """

    def __init__(self, agent: str, load: LoadSegment, make: MakeSink, resolver: Resolver) -> None:
        self._agent = agent
        self._load = load
        self._make = make
        self._resolver = resolver
        self._open: dict[StreamId, _Open] = {}

    async def deliver(self, command: Deliver) -> Delivered | DeliveryFailed:
        """What became of it; never raises. Only a sink's own `Rejected` is permanent."""
        stream = command.stream
        try:
            segment = await self._load(stream, command.sequence)
            if segment is None:
                return DeliveryFailed(stream, command.sequence, permanent=True, reason="the segment is gone", gone=True)
            part = segment.cut(command.start, command.stop)
            sink = await self._sink(stream, command.sink)
            await sink.deliver(part, part.idempotency_key(self._agent))
        except Exception as error:  # a broken sink stalls only its own stream
            if not isinstance(error, Rejected):
                await self._close(stream)
            reason = "; ".join(_words(error).split("\n"))
            after_us = int(error.after_s * 1e6) if isinstance(error, Retry) else 0
            return DeliveryFailed(stream, command.sequence, isinstance(error, Rejected), reason, after_us)
        return Delivered(stream, command.sequence)

    async def _sink(self, stream: StreamId, sink: Sink) -> SinkAdapter:
        definition = msgspec.json.encode(sink)
        known = self._open.get(stream)
        if known is not None and known.definition == definition:
            return known.adapter
        await self._close(stream)
        adapter = self._make(stream.job, sink.name, sink.kind, self._resolver.resolve(sink.options))
        self._open[stream] = _Open(definition, adapter)
        return adapter

    async def _close(self, stream: StreamId) -> None:
        known = self._open.pop(stream, None)
        if known is not None:
            with contextlib.suppress(Exception):
                await known.adapter.close()

    async def close(self) -> None:
        """Close all sinks."""
        for stream in list(self._open):
            await self._close(stream)


def _words(error: Exception) -> str:
    if isinstance(error, EdgeOrchError):
        return "\n".join(
            f"{problem.what}: {problem.found}" if problem.found else problem.what for problem in error.problems
        )
    return f"{type(error).__name__}: {error}"
