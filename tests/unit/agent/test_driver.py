from __future__ import annotations

import asyncio
import logging

import pytest
from edge_orch_agent.core.commands import Acknowledge, Command, Commit, Deliver, Fetch, Reply, Send, StartSource
from edge_orch_agent.core.events import (
    AckRequested,
    ArtifactFailed,
    BatchRead,
    CommitFailed,
    Committed,
    Delivered,
    DeliveryFailed,
    LinkUp,
    MessageReceived,
    PositionLost,
    SourceFailed,
    Stopping,
    Woke,
)
from edge_orch_agent.core.transaction import StreamId, Transaction
from edge_orch_agent.driver import CoreFailed
from edge_orch_agent.sinks.port import Rejected, Retry
from edge_orch_agent.store.memory_store import MemoryStore
from edge_orch_agent.store.port import DiskFull, StoreLost

from edge_orch.plan.plan import Sink, Source
from edge_orch.trust.seal import open_sealed, seal
from edge_orch.wire.messages import decode_message, encode_message
from tests.unit.agent.driver_world import AGENT_KEY, CONTROLLER_KEY, MESSAGE, START, BrokenStore, World, batch, started
from tests.unit.agent.segments import records


async def test_a_commit_is_answered_with_its_ticket() -> None:
    async with World() as world:
        world.core.answers[LinkUp] = lambda _event: [Commit(7, Transaction())]
        world.link.handler.link_up()
        assert (await world.core.until(Committed)).ticket == 7


async def test_a_commit_that_failed_is_told_with_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    async with World(BrokenStore()) as world:
        world.core.answers[LinkUp] = lambda _event: [Commit(7, Transaction())]
        world.link.handler.link_up()
        assert await world.core.until(CommitFailed) == CommitFailed(7, "disk full")
    assert 'commit_failed reason="disk full"' in caplog.messages


class LostStore(MemoryStore):
    """Its file was removed."""

    def commit(self, transaction: Transaction, essential: bool = False) -> int:  # noqa: ARG002
        raise StoreLost("agent.db was removed")


async def test_a_store_that_must_be_opened_anew_ends_this_run_at_once() -> None:
    async with World(LostStore()) as world:
        world.core.answers[LinkUp] = lambda _event: [Commit(7, Transaction())]
        world.link.handler.link_up()
        with pytest.raises(StoreLost, match="removed"):
            await world.task


class FullStore(MemoryStore):
    """Takes only what is essential."""

    def commit(self, transaction: Transaction, essential: bool = False) -> int:
        if not essential:
            raise DiskFull("the disk is full")
        return super().commit(transaction, essential)


async def test_a_full_disk_is_told_as_such_and_what_is_essential_passes() -> None:
    async with World(FullStore()) as world:
        world.core.answers[LinkUp] = lambda _event: [Commit(7, Transaction())]
        world.core.answers[CommitFailed] = lambda _event: [Commit(8, Transaction(), essential=True)]
        world.link.handler.link_up()
        assert await world.core.until(CommitFailed) == CommitFailed(7, "the disk is full", full=True)
        assert (await world.core.until(Committed)).ticket == 8


async def test_messages_pass_sealed_and_only_the_controller_s_come_in() -> None:
    async with World() as world:
        world.core.answers[LinkUp] = lambda _event: [Send(MESSAGE)]
        world.link.handler.link_up()
        sealed = open_sealed(world.link.sent[0], {"press-1": AGENT_KEY.public}.get)
        assert (sealed.sender, decode_message(sealed.body)) == ("press-1", MESSAGE)
        body = encode_message(MESSAGE)
        for forged in (b"", body, seal(AGENT_KEY, "controller", body), seal(CONTROLLER_KEY, "press-1", body)):
            world.link.handler.message_received(forged)
        world.link.handler.message_received(seal(CONTROLLER_KEY, "controller", b"not a message"))
        world.link.handler.message_received(seal(CONTROLLER_KEY, "controller", body))
        assert [event for event in world.core.events if isinstance(event, MessageReceived)] == [
            MessageReceived(MESSAGE)
        ]


async def test_an_artifact_that_cannot_be_fetched_is_told() -> None:
    async with World() as world:
        world.core.answers[LinkUp] = lambda _event: [Fetch("sha256:1")]
        world.link.handler.link_up()
        failed = await world.core.until(ArtifactFailed)
        assert failed.digest == "sha256:1"
        assert "cannot reach" in failed.reason


async def test_the_timer_follows_the_core() -> None:
    async with World() as world:
        world.core.wake = 0
        world.core.answers[Woke] = lambda _event: setattr(world.core, "wake", None) or []  # type: ignore[func-returns-value]
        world.link.handler.link_up()
        await world.core.until(Woke)


@pytest.mark.parametrize(
    ("error", "permanent"),
    [(None, None), (Retry("busy"), False), (Rejected("bad"), True), (RuntimeError("bug"), False)],
)
async def test_a_delivery_ends_in_one_event(error: Exception | None, permanent: bool | None) -> None:
    segment = records(b"1", b"2", b"3")
    store = MemoryStore()
    store.commit(Transaction(segments=[segment]))
    async with World(store, error) as world:
        sink = Sink("lake", "http", {})
        world.core.answers[LinkUp] = lambda _event: [Deliver(segment.stream, 1, sink, 1, 3)]
        world.link.handler.link_up()
        outcome = await world.core.until(Delivered if error is None else DeliveryFailed)
        assert world.sink.taken == [(b"2\n3\n", "press-1/press/1/raw/lake/1/1-3")]
        if error is not None:
            assert outcome.permanent is permanent
            assert str(error) in outcome.reason


async def test_a_segment_that_is_gone_cannot_be_delivered() -> None:
    async with World() as world:
        gone = Deliver(StreamId("press", "raw", "lake"), 9, Sink("lake", "http", {}))
        world.core.answers[LinkUp] = lambda _event: [gone]
        world.link.handler.link_up()
        assert (await world.core.until(DeliveryFailed)).permanent


async def test_a_request_waits_for_its_reply() -> None:
    async with World() as world:
        world.core.answers[AckRequested] = lambda event: [Reply(event.request, "e1/agent/1")]
        reply = await world.driver.request(lambda number: AckRequested(number, "e1", "maria"))
        assert reply.fact_key == "e1/agent/1"


async def test_what_was_read_is_durable_and_acknowledged_before_a_stop_ends() -> None:
    async with World() as world:
        await started(world)
        world.core.answers[BatchRead] = lambda event: [Commit(event.receipt, Transaction())]
        world.core.answers[Committed] = lambda event: [Acknowledge("press", (event.ticket,))]
        world.source.emit(batch(1))
        world.driver.stop()
        world.source.emit(batch(2))
        await world.task
        assert world.source.log == ["start {'p': b'before'}", "acknowledge (1,)", "stop"]
        assert len([event for event in world.core.events if isinstance(event, BatchRead)]) == 1


async def test_a_stop_waits_for_a_delivery_under_way_and_for_its_cursor() -> None:
    segment = records(b"1")
    store = MemoryStore()
    store.commit(Transaction(segments=[segment]))
    async with World(store) as world:
        world.sink.waits = asyncio.Event()
        world.core.answers[LinkUp] = lambda _event: [Deliver(segment.stream, 1, Sink("lake", "http", {}))]
        world.core.answers[Delivered] = lambda _event: [Commit(1, Transaction(cursors={segment.stream: 1}))]
        world.link.handler.link_up()
        world.driver.stop()
        await world.core.until(Stopping)
        assert not world.task.done()
        world.sink.waits.set()
        await world.task
        assert (await world.core.until(Committed)).ticket == 1
        assert store.load().cursors == {segment.stream: 1}


async def test_what_a_stopped_source_had_read_is_not_acknowledged_to_its_successor() -> None:
    async with World() as world:
        await started(world)
        world.source.emit(batch(1))
        first = await world.core.until(BatchRead)
        world.core.answers[Woke] = lambda _event: [START, Acknowledge("press", (first.receipt,))]
        world.driver.handle(Woke())
        async with asyncio.timeout(10):
            while len(world.source.log) < 3:
                await asyncio.sleep(0)
        assert world.source.log == ["start {'p': b'before'}", "stop", "start {'p': b'before'}"]


async def test_a_source_whose_position_cannot_be_read_begins_anew_at_once() -> None:
    async with World() as world:
        world.source.unreadable = "p"
        await started(world)
        assert await world.core.until(PositionLost) == PositionLost("press", "p", "damaged")
        async with asyncio.timeout(10):
            while len(world.source.log) < 2:
                await asyncio.sleep(0)
        assert world.source.log == ["start {'p': b'before'}", "start {}"]
        assert not [event for event in world.core.events if isinstance(event, SourceFailed)]


async def test_a_source_that_cannot_be_made_is_reported_and_its_neighbours_go_on() -> None:
    async with World() as world:
        lacking = StartSource("press", Source("mqtt", {"topic": "${secret:NONE}"}), {})
        world.core.answers[LinkUp] = lambda _event: [lacking, Commit(1, Transaction())]
        world.link.handler.link_up()
        assert await world.core.until(SourceFailed) == SourceFailed("press", "secret NONE is not on this device")
        await world.core.until(Committed)


async def test_a_core_that_raises_ends_the_agent_with_words(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)

    def fail(_event: object) -> list[Command]:
        raise RuntimeError("impossible state")

    async with World() as world:
        world.core.answers[LinkUp] = fail
        world.link.handler.link_up()
        with pytest.raises(CoreFailed, match="impossible state"):
            await world.task
