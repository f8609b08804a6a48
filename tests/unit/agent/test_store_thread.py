from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from edge_orch_agent.core.commands import Commit, Merge
from edge_orch_agent.core.events import CommitFailed, Committed, Merged
from edge_orch_agent.core.transaction import Segment, StreamId, Transaction
from edge_orch_agent.store.memory_store import MemoryStore
from edge_orch_agent.store.port import StoreLost
from edge_orch_agent.store_thread import FRESH_BYTES, StoreThread

from tests.contracts.stored import STREAM, a_segment


class Counting(MemoryStore):
    """Counts what is read back."""

    def __init__(self) -> None:
        super().__init__(capacity=3 * FRESH_BYTES)
        self.read = 0

    def segment(self, stream: StreamId, sequence: int) -> Segment | None:
        self.read += 1
        return super().segment(stream, sequence)


@pytest.fixture
async def store() -> AsyncIterator[tuple[Counting, StoreThread]]:
    counting = Counting()
    thread = StoreThread(counting, lambda _error: None)
    yield counting, thread
    await thread.close()


async def test_what_was_committed_last_is_not_read_back_the_first_time(store: tuple[Counting, StoreThread]) -> None:
    counting, thread = store
    assert await thread.commit(Commit(1, Transaction(segments=[a_segment(1)]))) == Committed(1, len(a_segment(1).data))
    assert await thread.segment(STREAM, 1) == a_segment(1)
    assert counting.read == 0
    assert await thread.segment(STREAM, 1) == a_segment(1)
    assert counting.read == 1


async def test_what_waits_longer_than_for_the_next_commit_is_read_back(store: tuple[Counting, StoreThread]) -> None:
    counting, thread = store
    for number in range(1, 4):
        await thread.commit(Commit(number, Transaction(segments=[a_segment(number)])))
        await thread.commit(Commit(number, Transaction()))
    for number in range(1, 4):
        assert await thread.segment(STREAM, number) == a_segment(number)
    assert counting.read == 1


async def test_not_more_than_so_much_is_kept_and_the_first_to_be_delivered(store: tuple[Counting, StoreThread]) -> None:
    counting, thread = store
    half = b"x" * (FRESH_BYTES // 2 - 1) + b"\n"
    segments = [a_segment(number, half) for number in (1, 2, 3)]
    await thread.commit(Commit(1, Transaction(segments=segments)))
    read = []
    for segment in segments:
        assert await thread.segment(STREAM, segment.sequence) == segment
        read.append(counting.read)
    assert read == [0, 0, 1]


async def test_what_is_kept_of_two_commits_shares_the_room(store: tuple[Counting, StoreThread]) -> None:
    counting, thread = store
    most = b"x" * (FRESH_BYTES * 3 // 4) + b"\n"
    await thread.commit(Commit(1, Transaction(segments=[a_segment(1, most)])))
    await thread.commit(Commit(2, Transaction(segments=[a_segment(2, most)])))
    for number in (1, 2):
        assert await thread.segment(STREAM, number) == a_segment(number, most)
    assert counting.read == 1


async def test_what_is_merged_is_read_back_merged(store: tuple[Counting, StoreThread]) -> None:
    counting, thread = store
    for number in (1, 2):
        await thread.commit(Commit(number, Transaction(segments=[a_segment(number)])))
    merged = await thread.merge(Merge(STREAM, 1, 2))
    assert merged.segment is not None
    assert (merged.segment.first, merged.segment.count) == (1, 4)
    assert await thread.segment(STREAM, 2) == counting.segment(STREAM, 2)
    assert await thread.segment(STREAM, 1) is None


async def test_a_merge_that_fails_is_told_and_harms_nothing(store: tuple[Counting, StoreThread]) -> None:
    _, thread = store
    assert await thread.merge(Merge(STREAM, 1, 2)) == Merged(STREAM, 1, None)


async def test_what_was_not_committed_is_not_there(store: tuple[Counting, StoreThread]) -> None:
    _, thread = store
    too_large = a_segment(1, b"x" * 4 * FRESH_BYTES + b"\n")
    assert isinstance(await thread.commit(Commit(1, Transaction(segments=[too_large]))), CommitFailed)
    assert await thread.segment(STREAM, 1) is None


class Lost(MemoryStore):
    """Its file was removed."""

    def commit(self, transaction: Transaction, essential: bool = False) -> int:  # noqa: ARG002
        raise StoreLost("agent.db was removed")


async def test_a_store_that_must_be_opened_anew_is_told_to_its_owner_and_the_commit_has_failed() -> None:
    told: list[StoreLost] = []
    thread = StoreThread(Lost(), told.append)
    assert await thread.commit(Commit(1, Transaction())) == CommitFailed(1, "agent.db was removed")
    assert [str(error) for error in told] == ["agent.db was removed"]
    await thread.close()
