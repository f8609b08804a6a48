"""Commands the controller's core gives: what the shell must do, in the imperative and in the order given."""

from __future__ import annotations

import msgspec

from edge_orch.errors import EdgeOrchError, Problem
from edge_orch.twin.facts import Fact
from edge_orch.wire.messages import Message
from edge_orch_controller.core.transaction import Transaction


class Commit(msgspec.Struct, frozen=True):
    """Make the transaction durable, whole or not at all; answer `Committed` or `CommitFailed` with the ticket.

    There is never more than one on its way: what gathers meanwhile goes into the next.
    """

    ticket: int
    transaction: Transaction


class LoadTwin(msgspec.Struct, frozen=True):
    """Read the agent's changes from the store; answer `TwinLoaded` or `LoadFailed`."""

    agent: str


class Send(msgspec.Struct, frozen=True):
    """Seal the message and send it to the agent if it is connected; otherwise forget it."""

    agent: str
    message: Message


class Reply(msgspec.Struct, frozen=True):
    """The answer to a request: the fact it made, once that is durable, or what was wrong."""

    request: int
    fact: Fact | None = None
    error: EdgeOrchError | None = None


class Warn(msgspec.Struct, frozen=True):
    """Tell the people who run the controller; nothing else has to be done."""

    agent: str
    problem: Problem


Command = Commit | LoadTwin | Send | Reply | Warn
