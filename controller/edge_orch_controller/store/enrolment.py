"""Who may enrol with a token: one rule for every store."""

from __future__ import annotations

import msgspec

from edge_orch.errors import Problem, Refused
from edge_orch_controller.core.records import Agent, Token
from edge_orch_controller.store.port import Taken


def enrolled(token: Token | None, agent: Agent, known: Agent | None) -> Agent:
    """The agent as it must be kept. Raises `Refused` or `Taken` (see `Store.enroll`)."""
    if token is None or token.kind != "join":
        raise Refused(
            Problem("this join token is not known", next_step="ask for one: edge-orch token create --agent NAME")
        )
    if token.name != agent.name:
        raise Refused(Problem("this join token is for another agent", expected=token.name, found=agent.name))
    if known is not None and known.public_key != agent.public_key:
        raise Taken(
            Problem(
                f"an agent named {agent.name!r} is already enrolled",
                next_step="choose another name, or give this device its old agent.key back",
            )
        )
    if known is not None and token.used_by == agent.name:
        return known
    if token.used_by:
        raise Refused(Problem("this join token has been used", next_step="a token lets one agent in: ask for another"))
    if token.expired(agent.enrolled_at_us):
        raise Refused(Problem("this join token has expired", next_step="ask for another"))
    return msgspec.structs.replace(known or agent, labels=token.labels)
