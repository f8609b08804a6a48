"""POSTs a segment as NDJSON."""

from __future__ import annotations

from collections.abc import Mapping

from edge_orch.errors import Problem, Unavailable
from edge_orch_agent.core.transaction import Segment
from edge_orch_agent.http_client import Answer, HttpClient
from edge_orch_agent.sinks.port import Rejected, Retry

_TRY_AGAIN = (408, 425, 429)


async def post(client: HttpClient, url: str, headers: Mapping[str, str], data: bytes) -> Answer:
    """Returns a 2xx answer. Raises `Retry` without an answer and on 408, 425, 429, 5xx; `Rejected` on all others."""
    try:
        answer = await client.request("POST", url, headers, data)
    except Unavailable as error:
        raise Retry(*error.problems) from error
    if answer.status // 100 == 2:
        return answer
    problem = Problem(f"the server answered {answer.status}", expected="2xx", found=answer.excerpt)
    raise (Retry if answer.status in _TRY_AGAIN or answer.status >= 500 else Rejected)(problem)


class HttpSink:
    """One request a segment; `Idempotency-Key` lets the receiver recognise a repetition."""

    def __init__(self, client: HttpClient, url: str, headers: Mapping[str, str]) -> None:
        self._client = client
        self._url = url
        self._headers = {"Content-Type": "application/x-ndjson", **headers}

    async def deliver(self, segment: Segment, idempotency_key: str) -> None:
        """Return once the server has answered 2xx."""
        await post(self._client, self._url, {**self._headers, "Idempotency-Key": idempotency_key}, segment.data)

    async def close(self) -> None:
        """Connections belong to the shared client."""
