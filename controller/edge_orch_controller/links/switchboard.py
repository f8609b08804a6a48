"""Several hubs as one: an agent is here while any of them has it, and is answered where it was heard last."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from edge_orch.wire.link import Hub, HubHandler


class _End:
    """What one hub tells."""

    def __init__(self, board: Switchboard, hub: Hub, handler: HubHandler) -> None:
        self._board, self._hub, self._handler = board, hub, handler

    def agent_up(self, agent: str) -> None:
        self._board.heard(agent, self._hub)
        self._handler.agent_up(agent)

    def agent_down(self, agent: str) -> None:
        if self._board.gone(agent, self._hub):
            self._handler.agent_down(agent)

    def message_received(self, agent: str, payload: bytes) -> None:
        self._board.heard(agent, self._hub)
        self._handler.message_received(agent, payload)


class Switchboard:
    """A `Hub` made of hubs."""

    def __init__(self, hubs: Sequence[Hub]) -> None:
        self._hubs = hubs
        self._lines: dict[str, list[Hub]] = {}

    async def run(self, handler: HubHandler) -> None:
        """Serve on all hubs until cancelled, or until one of them fails."""
        async with asyncio.TaskGroup() as group:
            for hub in self._hubs:
                group.create_task(hub.run(_End(self, hub, handler)))

    def send(self, agent: str, payload: bytes) -> bool:
        """Through the line that was heard last; through another if that one has just gone."""
        return any(hub.send(agent, payload) for hub in reversed(self._lines.get(agent, [])))

    def heard(self, agent: str, hub: Hub) -> None:
        """The agent is there, on this hub."""
        lines = self._lines.setdefault(agent, [])
        if not lines or lines[-1] is not hub:
            if hub in lines:
                lines.remove(hub)
            lines.append(hub)

    def gone(self, agent: str, hub: Hub) -> bool:
        """The agent has left this hub; whether that was its last line."""
        lines = self._lines.get(agent, [])
        if hub not in lines:
            return False
        lines.remove(hub)
        if not lines:
            del self._lines[agent]
        return not lines
