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
    rekeyed = known is not None and known.public_key != agent.public_key
    if rekeyed and not token.replace:
        raise Taken(
            Problem(
                f"an agent named {agent.name!r} is already enrolled",
                next_step="choose another name, or give this device its old agent.key back, or replace its key: "
                f"edge-orch token create --agent {agent.name} --replace",
            )
        )
    if known is not None and not rekeyed and token.used_by == agent.name:
        return known
    if token.used_by:
        raise Refused(Problem("this join token has been used", next_step="a token lets one agent in: ask for another"))
    if token.expired(agent.enrolled_at_us):
        raise Refused(Problem("this join token has expired", next_step="ask for another"))
    if known is None:
        return msgspec.structs.replace(agent, labels=token.labels)
    labels = known.labels if token.replace and not token.labels else token.labels
    return msgspec.structs.replace(known, labels=labels, public_key=agent.public_key)
