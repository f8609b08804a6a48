"""An agent's core at work on its data folder while no agent runs: without sources, sinks or a link."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence

from edge_orch.errors import Invalid, Problem, StorageError
from edge_orch_agent.clock import SystemClock
from edge_orch_agent.core.agent_core import AgentCore
from edge_orch_agent.core.commands import Commit, Recall, Reply
from edge_orch_agent.core.events import Committed, Event, Recalled, ReplayRequested, Started, Stopping
from edge_orch_agent.core.identity import AgentIdentity
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.data_folder import AgentFolder
from edge_orch_agent.store.sqlite_store import SqliteStore


def replay_offline(folder: AgentFolder, ids: Sequence[int]) -> None:
    """Let these dead letters enter again. What comes of them waits in the outbox for the next start.

    Raises `EdgeOrchError`: while an agent runs there, for a job that does not run, for a store that takes nothing.
    """
    with folder.locked():
        clock = SystemClock()
        store = SqliteStore(folder.database, clock.now().wall_us)
        try:
            core = AgentCore(_identity(folder, clock), store.load(), Settings(), folder.secrets.get)
            reply = _perform(core, store, clock, deque([Started(), ReplayRequested(1, tuple(ids)), Stopping()]))
        finally:
            store.close()
    if reply is None:
        raise StorageError(Problem("the store did not take the records", next_step="edge-orch doctor"))
    if reply.problem is not None:
        raise Invalid(reply.problem)


def _perform(core: AgentCore, store: SqliteStore, clock: SystemClock, events: deque[Event]) -> Reply | None:
    """Only what concerns the store is done; sources and sinks are for an agent that runs."""
    reply = None
    while events:
        for command in core.handle(events.popleft(), clock.now()):
            match command:
                case Commit(ticket, transaction, essential):
                    events.append(Committed(ticket, store.commit(transaction, essential)))
                case Recall(request, ids):
                    events.append(Recalled(request, tuple(store.letters(ids))))
                case Reply():
                    reply = command
                case _:
                    pass
    return reply


def _identity(folder: AgentFolder, clock: SystemClock) -> AgentIdentity:
    enrolment = folder.enrolment()
    if enrolment is None:
        raise Invalid(Problem(f"the agent in {folder.path} is not enrolled"))
    return AgentIdentity(
        agent=enrolment.agent,
        labels=enrolment.labels,
        firmware=os.uname().release,
        software="",
        boot=clock.boot,
        actor_nonce=os.urandom(8),
        controller_keys=(enrolment.public_key,),
        seed=int.from_bytes(os.urandom(8)),
    )
