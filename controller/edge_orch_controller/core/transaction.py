"""What becomes durable together, and what a store gives back at start."""

from __future__ import annotations

import msgspec

from edge_orch.twin.change import Change
from edge_orch.twin.epoch import Rolled
from edge_orch.twin.facts import Fact
from edge_orch_controller.core.records import Agent, AuditEntry, RolledOut, Rollout, Standing


class TwinUpdate(msgspec.Struct):
    """What one commit adds to one agent's twin: raw changes, and the facts they made or replaced, decoded.

    `rolls`: new epochs, each in place of all that was there; `changes` come after them. What `left` goes from the facts
    to the archive before `facts` are written, which hold nothing that left.
    """

    changes: list[Change] = msgspec.field(default_factory=list)
    facts: list[Fact] = msgspec.field(default_factory=list)
    rolls: list[Rolled] = msgspec.field(default_factory=list)

    def all_changes(self) -> list[Change]:
        """Everything that is durable with it."""
        return [*(change for rolled in self.rolls for change in rolled.changes), *self.changes]


class Transaction(msgspec.Struct):
    """One commit of the core. Keys: agent (twins, last_seen), rollout id (rollouts).

    `at_us`: wall clock when it was handed out, 0 if that is not to be trusted.
    """

    twins: dict[str, TwinUpdate] = msgspec.field(default_factory=dict)
    rollouts: dict[str, Rollout] = msgspec.field(default_factory=dict)
    last_seen_us: dict[str, int] = msgspec.field(default_factory=dict)
    audit: list[AuditEntry] = msgspec.field(default_factory=list)
    at_us: int = 0

    def __bool__(self) -> bool:
        return bool(self.twins or self.rollouts or self.last_seen_us or self.audit)


class StoredState(msgspec.Struct):
    """What a store holds at start; everything `ControllerCore` is rebuilt from. Twins are loaded when needed."""

    jobs: list[RolledOut] = msgspec.field(default_factory=list)
    agents: list[Agent] = msgspec.field(default_factory=list)
    standings: dict[str, Standing] = msgspec.field(default_factory=dict)
