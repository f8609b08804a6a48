from __future__ import annotations

import copy

import pytest
from edge_orch_agent.core.lineage import Lineage
from edge_orch_agent.core.redating import Redating
from edge_orch_agent.core.transaction import (
    Drop,
    JobDeadLetter,
    LedgerEntry,
    Rejection,
    Slot,
    SlotName,
    Transaction,
    WearDay,
)
from edge_orch_agent.store.memory_store import MemoryStore
from edge_orch_agent.store.port import Store

from edge_orch.engine.records import DeadLetter
from tests.contracts.full_store_contract import FullStoreContract
from tests.contracts.store_contract import StoreContract
from tests.contracts.stored import POSITION, STREAM, a_change, a_full_transaction, a_segment


class TestMemoryStore(StoreContract, FullStoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()

    @pytest.fixture
    def small_store(self) -> Store:
        return MemoryStore(capacity=12 << 20, reserve=2 << 20)

    def reopened(self, store: Store) -> Store:
        return store

    def lineage(self, store: Store) -> list[Lineage]:
        assert isinstance(store, MemoryStore)
        return store.lineage

    def dead(self, store: Store) -> list[JobDeadLetter]:
        assert isinstance(store, MemoryStore)
        return store.dead

    def test_what_was_there_before_a_commit_stays_as_it_was(self) -> None:
        """An image is a reference to the tables: nothing may be changed in place that both have."""
        store = MemoryStore()
        store.commit(a_full_transaction())
        image = copy.copy(store)
        before, letters = image.load(), image.letters([1])
        everything = Transaction(
            positions={POSITION: None},
            states={"press": None},
            replays={"press": [b"more"]},
            segments=[a_segment(3)],
            redatings=[Redating(7)],
            cursors={STREAM: 1},
            changes=[a_change(3)],
            dead=[JobDeadLetter("press", 1, 5, DeadLetter(b"bad", "schematize", "no", "factory/1", 3))],
            rejections=[Rejection(STREAM, 2, 0, 1, "no", 5)],
            ledger=[LedgerEntry("press", 1, "stats/lake", "out", 4)],
            drops=[Drop(STREAM, 1, 1, 1, 2, "max_age", 5)],
            slots=[Slot("press", SlotName.CANDIDATE, 2, "sha256:2", 2)],
            removed_slots=[("press", SlotName.CURRENT)],
            envelopes={"sha256:2": b"other"},
            wear={"2026-01-01": WearDay("2026-01-01", 1, 1)},
            replayed=[1],
        )
        assert all(getattr(everything, name) for name in {*everything.__struct_fields__} - {"rolls", "lineage"})
        store.commit(everything)
        assert (image.load(), image.letters([1])) == (before, letters)
        assert store.load() != before
