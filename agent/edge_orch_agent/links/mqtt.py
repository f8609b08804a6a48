"""The link over an MQTT broker, which pins each agent to its own topics."""

from __future__ import annotations

import logging

from edge_orch.trust.seal import MAX_SEALED
from edge_orch.wire.link import LinkHandler
from edge_orch.wire.topics import down_sync, presence, up_sync
from edge_orch_agent.backoff import Backoff
from edge_orch_agent.logs import event as line
from edge_orch_agent.mqtt_client import Will
from edge_orch_agent.mqtt_connection import MqttConnection
from edge_orch_agent.mqtt_happenings import Connected, Happening, Lost, Message

ONLINE = b"online"
OFFLINE = b"offline"

log = logging.getLogger(__name__)


class MqttLink:
    """Clean session: nothing is queued for us while we are away. Presence is retained, with a will."""

    def __init__(self, broker: str, agent: str, backoff: Backoff | None = None) -> None:
        self._agent = agent
        self._will = Will(presence(agent), OFFLINE)
        self._connection = MqttConnection(
            broker, f"edge-orch-agent-{agent}", self._happened, will=self._will, backoff=backoff
        )
        self._handler: LinkHandler
        self._up = False

    async def run(self, handler: LinkHandler) -> None:
        """Keep connected until cancelled; then say that we leave."""
        self._handler = handler
        try:
            await self._connection.run(goodbye=self._will)
        finally:
            self._down()

    def send(self, payload: bytes) -> bool:
        """Publish; False, and nothing is kept, while there is no connection."""
        return self._up and self._connection.publish(up_sync(self._agent), payload) is not None

    def _happened(self, happenings: list[Happening]) -> None:
        for happening in happenings:
            match happening:
                case Connected():
                    self._connection.subscribe(down_sync(self._agent))
                    self._connection.publish(presence(self._agent), ONLINE, retain=True)
                    self._up = True
                    self._handler.link_up()
                case Lost(reason):
                    log.info(line("link_unavailable", reason=reason))
                    self._down()
                case Message(payload=payload) if len(payload) <= MAX_SEALED:
                    self._handler.message_received(payload)

    def _down(self) -> None:
        if self._up:
            self._up = False
            self._handler.link_down()
