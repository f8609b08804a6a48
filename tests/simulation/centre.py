"""What survives a crash of the controller, and what it has promised."""

from __future__ import annotations

from collections import Counter

from edge_orch_controller.core.commands import Reply
from edge_orch_controller.core.records import Agent, AuditEntry, Token
from edge_orch_controller.core.transaction import Transaction
from edge_orch_controller.registry import Registry
from edge_orch_controller.store.memory_store import MemoryStore

from edge_orch.trust.keys import PrivateKey, PublicKey
from edge_orch.twin.actor import writer_of
from edge_orch.twin.change import Vector
from edge_orch.twin.epoch import is_root
from edge_orch.twin.facts import SECTION_OF
from tests.simulation.account import Account, assert_covered, count
from tests.simulation.device import Device
from tests.simulation.releases import Release


class Centre:
    """`warnings`: all that it told its people, by agent. `ever`: hashes of the changes it ever made durable, by agent.

    `routes`: where the latest connection of each agent comes from. `promised`: by agent, keys of facts that people were
    told are stored. `happened`: how often each fault really hit; in a fleet, one account for all. An agent without a
    device is a liar: its twin must hold only what it may write itself.
    """

    def __init__(self, key: type[PrivateKey] = PrivateKey) -> None:
        self.key = key(b"c" * 32)
        self.store = MemoryStore()
        self.registry = Registry(self.store, self.key)
        self.keys: dict[str, PublicKey] = {}
        self.routes: dict[str, str] = {}
        self.replies: dict[int, Reply] = {}
        self.warned: list[tuple[str, str]] = []
        self.promised: dict[str, set[str]] = {}
        self.ever: dict[str, set[bytes]] = {}
        self.happened: Counter[str] = Counter()
        self.disk_full = False
        self.release = Release.THIS
        self.boots = 0
        self._accounts: dict[str, Account] = {}
        self._vectors: dict[str, Vector] = {}

    @property
    def warnings(self) -> list[str]:
        """Everything it told its people."""
        return [f"{agent}: {problem}" for agent, problem in self.warned]

    def enroll(self, device: Device) -> None:
        """Let the device in, before anything starts."""
        self.admit(device.name, device.key.public, device.labels)
        self._accounts[device.name] = device.account

    def admit(self, name: str, key: PublicKey, labels: dict[str, str]) -> None:
        """Let somebody in."""
        entry = AuditEntry(0, "test", "enroll", name)
        self.store.add_token(Token(name, "join", name, "viewer", labels, 0, "test"), entry)
        self.store.enroll(name, Agent(name, key.to_bytes(), {}, 0), entry)
        self.keys[name] = key
        self.routes[name] = name
        self.ever[name] = set()
        self.promised[name] = set()
        self._vectors[name] = {}

    def committed(self, transaction: Transaction) -> None:
        """Raises AssertionError when it has what an agent sent too early."""
        self.store.commit(transaction)
        for agent, update in transaction.twins.items():
            account = self._accounts.get(agent)
            if update.rolls:
                self._vectors[agent].clear()
            count(self._vectors[agent], update.all_changes())
            for change in update.all_changes():
                if account is None:
                    own = is_root(change.actor) or writer_of(change.actor, agent) == "agent"
                    assert own, f"{agent} wrote what it may not"
                elif writer_of(change.actor, agent) == "controller":
                    self.ever[agent].add(change.hash)
                else:
                    assert change.hash in account.ever, "it has a change that the agent never made durable"

    def restored(self, backup: MemoryStore) -> None:
        """An old backup is all there is."""
        self.store = backup
        self.registry = Registry(backup, self.key)
        for agent, vector in self._vectors.items():
            vector.clear()
            count(vector, backup.changes(agent))

    def said(self, agent: str, vector: Vector) -> None:
        """The agent was told that the controller has these changes of its twin for good."""
        assert_covered(vector, self._vectors[agent])

    def told(self, agent: str, problem: str) -> None:
        """Its people are told what is wrong with an agent."""
        self.warned.append((agent, problem))
        self.happened["refused of a liar"] += agent not in self._accounts

    def replied(self, reply: Reply) -> None:
        """A person has an answer; raises AssertionError when it is not true yet."""
        self.replies[reply.request] = reply
        if reply.fact is not None:
            kind, key = SECTION_OF[type(reply.fact)], reply.fact.key
            holders = [agent for agent in self.promised if key in getattr(self.store.facts(agent), kind)]
            assert holders, "a person was told that a fact is stored, and it is not"
            for agent in holders:
                self.promised[agent].add(key)

    def known(self, agent: str) -> set[str]:
        """Keys of all facts of the agent that it has, in the twin or in the archive."""
        facts = self.store.facts(agent)
        present = {key for section in facts.__struct_fields__ for key in getattr(facts, section)}
        return present | {key for _, key, _ in self.store.archived(agent)}
