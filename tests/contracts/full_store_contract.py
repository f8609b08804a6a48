"""What every store does when it is full."""

from __future__ import annotations

import contextlib

import pytest
from edge_orch_agent.core.transaction import Transaction
from edge_orch_agent.store.port import DiskFull, Store

from tests.contracts.stored import OTHER, STREAM, a_change, a_segment, fill, noise


class FullStoreContract:
    """Inherit, provide `small_store`."""

    @pytest.fixture
    def small_store(self) -> Store:
        """A store that holds less than `FILL` times `noise`, but more than half of it, and has a reserve."""
        raise NotImplementedError

    def test_a_full_store_merges_all_or_nothing_and_does_not_touch_the_reserve(self, small_store: Store) -> None:
        full = fill(small_store)
        before = sum(info.count for info in small_store.load().segments)
        with contextlib.suppress(DiskFull):
            small_store.merge(STREAM, 2, full - 1)
        assert sum(info.count for info in small_store.load().segments) == before
        small_store.commit(Transaction(segments=[a_segment(1, stream=OTHER)]), essential=True)

    def test_a_full_store_refuses_intake_and_changes_nothing(self, small_store: Store) -> None:
        full = fill(small_store)
        before = small_store.load()
        with pytest.raises(DiskFull, match="disk is full"):
            small_store.commit(noise(full), essential=False)
        assert small_store.load() == before

    def test_a_full_store_still_takes_what_is_essential(self, small_store: Store) -> None:
        full = fill(small_store)
        small_store.commit(Transaction(segments=[a_segment(1, stream=OTHER)], changes=[a_change(1)]), essential=True)
        small_store.commit(Transaction(cursors={STREAM: full // 2}), essential=True)
        state = small_store.load()
        assert state.changes == [a_change(1)]
        assert [info.sequence for info in state.segments if info.stream == STREAM] == list(range(full // 2 + 1, full))

    def test_when_room_comes_intake_is_taken_again(self, small_store: Store) -> None:
        full = fill(small_store)
        for sequence in range(1, full):
            small_store.commit(Transaction(cursors={STREAM: sequence}), essential=True)
        assert fill(small_store, first=full) - full >= full // 2
