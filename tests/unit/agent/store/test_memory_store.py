from __future__ import annotations

import pytest
from edge_orch_agent.core.lineage import Lineage
from edge_orch_agent.core.transaction import JobDeadLetter
from edge_orch_agent.store.memory_store import MemoryStore
from edge_orch_agent.store.port import Store

from tests.contracts.store_contract import StoreContract


class TestMemoryStore(StoreContract):
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
