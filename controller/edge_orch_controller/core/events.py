"""Events the controller's core takes: what has happened, in the past tense."""

from __future__ import annotations

import msgspec

from edge_orch.errors import Problem
from edge_orch.twin.change import Change
from edge_orch.twin.epoch import Epoch
from edge_orch.twin.facts import Value
from edge_orch.twin.gate import Inspected
from edge_orch.wire.messages import Message, Unknown
from edge_orch_controller.core.records import Agent, Role, RolledOut


class Started(msgspec.Struct, frozen=True):
    """The shell is ready to perform commands. The core was built from the store's `StoredState` before."""


class Woke(msgspec.Struct, frozen=True):
    """The time that `wake_at` named has come (or an earlier one; then nothing happens)."""


class JobApplied(msgspec.Struct, frozen=True):
    """A version was signed and stored, and its rollout begun."""

    job: RolledOut


class AgentEnrolled(msgspec.Struct, frozen=True):
    """An agent was let in, or let in again with other labels."""

    agent: Agent


class AgentUp(msgspec.Struct, frozen=True):
    """An agent is connected and has proven who it is."""

    agent: str


class AgentDown(msgspec.Struct, frozen=True):
    """An agent is no longer connected. What was sent and not answered by a `Have` counts as lost."""

    agent: str


class MessageReceived(msgspec.Struct, frozen=True):
    """A message from this agent whose seal has been verified. `read`: its changes, if they were tried elsewhere."""

    agent: str
    message: Message | Unknown
    read: tuple[Inspected, ...] | None = None


class ChangesRefused(msgspec.Struct, frozen=True):
    """What this agent sent was refused before it was merged: it is no change of ours, or harmed who tried it."""

    agent: str
    problem: Problem


class TwinLoaded(msgspec.Struct, frozen=True):
    """All changes of the agent's twin in its present epoch, as the store has them."""

    agent: str
    changes: tuple[Change, ...]
    epoch: Epoch = Epoch()


class LoadFailed(msgspec.Struct, frozen=True):
    """The store could not give the twin now."""

    agent: str
    reason: str


class Committed(msgspec.Struct, frozen=True):
    """The transaction with this ticket is durable."""

    ticket: int


class CommitFailed(msgspec.Struct, frozen=True):
    """The transaction with this ticket was rolled back whole."""

    ticket: int
    reason: str


class OverrideRequested(msgspec.Struct, frozen=True):
    """A person changes (or, with value None, revokes) a parameter on one agent. Answered by a `Reply`."""

    request: int
    agent: str
    job: str
    param: str
    value: Value | None
    reason: str
    by: str
    role: Role
    expires_in_us: int | None = None


class AckRequested(msgspec.Struct, frozen=True):
    """A person acknowledges an episode of one agent. Answered by a `Reply`."""

    request: int
    agent: str
    episode: str
    by: str
    note: str = ""


class SilenceRequested(msgspec.Struct, frozen=True):
    """A person silences rules on one agent (or ends the silences in `lifts`). Answered by a `Reply`."""

    request: int
    agent: str
    job: str
    rule: str
    reason: str
    by: str
    expires_in_us: int
    key_values: tuple[str, ...] | None = None
    lifts: tuple[str, ...] = ()


Event = (
    Started
    | Woke
    | JobApplied
    | AgentEnrolled
    | AgentUp
    | AgentDown
    | MessageReceived
    | ChangesRefused
    | TwinLoaded
    | LoadFailed
    | Committed
    | CommitFailed
    | OverrideRequested
    | AckRequested
    | SilenceRequested
)
