"""POSTs one JSON document a notice or record."""

from __future__ import annotations

from collections.abc import Mapping

from edge_orch_agent.core.transaction import Segment
from edge_orch_agent.http_client import HttpClient
from edge_orch_agent.sinks.http import announced, post
from edge_orch_agent.sinks.one_by_one import Progress


class WebhookSink:
    """`Idempotency-Key` is EPISODE/EVENT/SINK for notices; body and key are the same at every attempt."""

    def __init__(self, client: HttpClient, url: str, headers: Mapping[str, str]) -> None:
        self._client = client
        self._url = url
        self._headers = announced("application/json", headers)
        self._progress = Progress()

    async def deliver(self, segment: Segment, idempotency_key: str) -> None:
        """Return once every document was answered 2xx."""
        await self._progress.deliver(segment, idempotency_key, self._send)

    async def _send(self, record: bytes, key: str) -> None:
        await post(self._client, self._url, {**self._headers, "Idempotency-Key": key}, record)

    async def close(self) -> None:
        """Connections belong to the shared client."""
