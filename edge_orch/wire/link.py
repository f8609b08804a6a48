"""Ports of the transport between agents and controller: one agent's end, and the controller's end for all agents.

Payloads are opaque sealed bytes. A link loses messages freely and queues nothing while it is down; it reconnects by
itself with full jitter. `tests/contracts` holds the WebSocket and the MQTT pair to one suite.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class LinkHandler(Protocol):
    """What an agent's link tells its owner, on the event loop's thread."""

    def link_up(self) -> None: ...
    def link_down(self) -> None: ...
    def message_received(self, payload: bytes) -> None: ...


class Link(Protocol):
    """The agent's end."""

    async def run(self, handler: LinkHandler) -> None:
        """Keep connected until cancelled."""
        ...

    def send(self, payload: bytes) -> bool:
        """Hand the payload to the network; False (and nothing is kept) if the link is down."""
        ...


class HubHandler(Protocol):
    """What the controller's hub tells its owner. `agent` is proven (WebSocket) or pinned by the broker's ACL (MQTT)."""

    def agent_up(self, agent: str) -> None: ...
    def agent_down(self, agent: str) -> None: ...
    def message_received(self, agent: str, payload: bytes) -> None: ...


class Hub(Protocol):
    """The controller's end, for all agents at once."""

    async def run(self, handler: HubHandler) -> None:
        """Serve until cancelled."""
        ...

    def send(self, agent: str, payload: bytes) -> bool:
        """Hand the payload to that agent's connection; False (and nothing is kept) if it has none."""
        ...


Jitter = Callable[[float], float]
"""Draws uniformly from 0 to its argument, in seconds: full jitter (AWS Architecture Blog, 2015)."""
