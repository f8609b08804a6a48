"""What every source must keep, whatever it reads from. A test class per adapter inherits one of these suites.

`SourceContract` holds for all. `DurableSourceContract` adds what those promise whose origin keeps records until they
are acknowledged: no record is lost, whenever the agent stops.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest
from edge_orch_agent.core.events import BatchRead, SourceFailed
from edge_orch_agent.sources.port import SourceAdapter
from edge_orch_agent.sources.stored_position import UnreadablePosition

from edge_orch.errors import EdgeOrchError
from edge_orch.time import Instant

NOW = Instant(1_700_000_000_000_000, 1_000_000, "boot")
PATIENCE_S = 10


def records_of(event: BatchRead) -> list[bytes]:
    """The batch's records, however it holds them."""
    payload = event.batch.payload
    return payload.removesuffix(b"\n").split(b"\n") if isinstance(payload, bytes) else list(payload)


def stored(before: Mapping[str, bytes], batches: Iterable[BatchRead]) -> dict[str, bytes]:
    """The positions once these batches are durable."""
    positions: dict[str, bytes | None] = dict(before)
    for event in batches:
        positions |= event.positions
    return {key: position for key, position in positions.items() if position is not None}


class Reader:
    """One life of a source: what it handed in, and what it was told. `keeps`: acknowledges nothing by itself."""

    def __init__(
        self, source: SourceAdapter, positions: dict[str, bytes] | None = None, *, keeps: bool = False
    ) -> None:
        self.source = source
        self.batches: list[BatchRead] = []
        self.failures: list[SourceFailed] = []
        self.positions = dict(positions or {})
        self.keeps = keeps
        self._something = asyncio.Event()

    async def __aenter__(self) -> Reader:
        await self.source.start(dict(self.positions), self._emit)
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.source.stop()

    def _emit(self, event: BatchRead | SourceFailed) -> None:
        if isinstance(event, BatchRead):
            self.batches.append(event)
            if not self.keeps:
                self.acknowledge(event)
        else:
            self.failures.append(event)
        self._something.set()

    def acknowledge(self, event: BatchRead) -> None:
        """The batch is durable, and so is its position."""
        self.positions = stored(self.positions, [event])
        asyncio.get_running_loop().call_soon(self.source.acknowledge, (event.receipt,))

    @property
    def records(self) -> list[bytes]:
        return [record for event in self.batches for record in records_of(event)]

    async def until(self, count: int) -> list[bytes]:
        """The first `count` records."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.records) < count:
                self._something.clear()
                await self._something.wait()
        return self.records


class SourceContract:
    """Inherit, provide `origin`, `source` and `send`."""

    @pytest.fixture
    def origin(self, tmp_path: Any) -> Any:
        """Whatever the records come from."""
        raise NotImplementedError

    def source(self, origin: Any) -> SourceAdapter:
        """A source that has not started."""
        raise NotImplementedError

    async def send(self, origin: Any, source: SourceAdapter, records: Sequence[bytes]) -> None:
        """Let the origin have these records for the source, in order; may wait until they are acknowledged."""
        raise NotImplementedError

    async def test_every_record_comes_once_and_in_order(self, origin: Any) -> None:
        sent = [b'{"n":%d}' % n for n in range(50)]
        async with Reader(self.source(origin)) as reader:
            await self.send(origin, reader.source, sent)
            assert await reader.until(50) == sent

    async def test_each_batch_has_a_receipt_of_its_own_a_partition_and_a_place(self, origin: Any) -> None:
        async with Reader(self.source(origin)) as reader:
            for number in range(3):
                await self.send(origin, reader.source, [b"record %d" % number] * 2)
                await reader.until(2 * number + 2)
        receipts = [event.receipt for event in reader.batches]
        assert len(set(receipts)) == len(receipts)
        assert all(event.batch.partition and event.positions for event in reader.batches)
        places = [event.batch.position + n for event in reader.batches for n in range(len(records_of(event)))]
        assert places == list(range(6))

    async def test_unknown_and_repeated_receipts_are_taken_calmly(self, origin: Any) -> None:
        async with Reader(self.source(origin)) as reader:
            reader.source.acknowledge((999,))
            await self.send(origin, reader.source, [b"1"])
            await reader.until(1)
            reader.source.acknowledge((reader.batches[0].receipt, reader.batches[0].receipt))
            await self.send(origin, reader.source, [b"2"])
            assert await reader.until(2) == [b"1", b"2"]

    async def test_a_stop_before_the_start_has_ended_leaves_nothing_behind(self, origin: Any) -> None:
        source, batches = self.source(origin), list[Any]()
        starting = asyncio.create_task(source.start({}, batches.append))
        await asyncio.sleep(0)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await source.stop()
        async with Reader(self.source(origin)) as reader:
            assert reader.failures == []

    async def test_a_position_that_cannot_be_read_is_named_and_all_begins_without_it(self, origin: Any) -> None:
        async with Reader(self.source(origin)) as first:
            await self.send(origin, first.source, [b"1"])
            await first.until(1)
        positions = dict.fromkeys(first.positions, b"\xc1 no position")
        while positions:
            with pytest.raises(UnreadablePosition) as refused:
                await self.source(origin).start(positions, lambda _event: None)
            del positions[refused.value.partition]
        async with Reader(self.source(origin), positions) as second:
            await self.send(origin, second.source, [b"2"])
            await second.until(1)

    async def test_nothing_comes_after_a_stop(self, origin: Any) -> None:
        reader = Reader(self.source(origin))
        async with reader:
            await self.send(origin, reader.source, [b"1"])
            await reader.until(1)
        seen = len(reader.batches)
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(reader.batches) == seen


class CountingSourceContract(SourceContract):
    """For sources whose places survive a restart. Topics are too many for that: MQTT counts anew."""

    async def test_the_place_goes_on_behind_the_stored_position(self, origin: Any) -> None:
        async with Reader(self.source(origin)) as first:
            await self.send(origin, first.source, [b"1", b"2"])
            await first.until(2)
        async with Reader(self.source(origin), first.positions) as second:
            await self.send(origin, second.source, [b"3"])
            assert await second.until(1) == [b"3"]
        assert second.batches[0].batch.position == 2


class ListeningSourceContract(CountingSourceContract):
    """For sources that others connect to: `another` is one that wants the same port."""

    def another(self, running: SourceAdapter) -> SourceAdapter:
        raise NotImplementedError

    async def test_a_port_that_is_taken_is_said_so(self, origin: Any) -> None:
        async with Reader(self.source(origin)) as reader:
            with pytest.raises(EdgeOrchError, match="cannot listen on 127") as refused:
                await self.another(reader.source).start({}, lambda _event: None)
        assert "stop what uses the port" in str(refused.value)

    async def test_its_port_is_free_again_after_a_stop(self, origin: Any) -> None:
        async with Reader(self.source(origin)) as reader:
            again = self.another(reader.source)
        async with Reader(again):
            pass


class DurableSourceContract(SourceContract):
    """For sources whose origin keeps what is not acknowledged."""

    async def test_what_was_not_acknowledged_comes_again_and_what_was_does_not(self, origin: Any) -> None:
        async with Reader(self.source(origin)) as first:
            await self.send(origin, first.source, [b"1", b"2"])
            await first.until(2)
        async with Reader(self.source(origin), first.positions, keeps=True) as second:
            await self.send(origin, second.source, [b"3", b"4"])
            assert await second.until(2) == [b"3", b"4"]
        async with Reader(self.source(origin), second.positions) as third:
            assert await third.until(2) == [b"3", b"4"]
