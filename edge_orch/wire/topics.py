"""MQTT topics of the control plane. A broker's access list pins each agent to its own subtree."""

from __future__ import annotations

ROOT = "eo/v1"


def up_sync(agent: str) -> str:
    """Agent → controller: sealed messages, QoS 1."""
    return f"{ROOT}/{agent}/up/sync"


def down_sync(agent: str) -> str:
    """Controller → agent: sealed messages, QoS 1."""
    return f"{ROOT}/{agent}/down/sync"


def presence(agent: str) -> str:
    """`online` or, by the broker's will, `offline`; retained."""
    return f"{ROOT}/{agent}/up/presence"


def agent_of(topic: str) -> str | None:
    """The agent a control topic belongs to, or None for any other topic."""
    parts = topic.split("/")
    return parts[2] if len(parts) == 5 and "/".join(parts[:2]) == ROOT else None
