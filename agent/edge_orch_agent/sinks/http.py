"""POSTs a segment as NDJSON."""

from __future__ import annotations

from collections.abc import Mapping

from edge_orch.errors import Problem, Unavailable
from edge_orch_agent.core.transaction import Segment
from edge_orch_agent.http_client import Answer, HttpClient
from edge_orch_agent.sinks.port import Rejected, Retry

_NOT_THE_RECORDS = (401, 403, 404, 405, 407, 408, 421, 425, 429)
"""4xx that blame who asks, where, or when, and no record: with a lapsed token all of them would become dead letters."""


async def post(client: HttpClient, url: str, headers: Mapping[str, str], data: bytes) -> Answer:
    """Returns a 2xx answer. Raises `Rejected` on a 4xx that blames the records, `Retry` on all else, or without any."""
    try:
        answer = await client.request("POST", url, headers, data)
    except Unavailable as error:
        raise Retry(*error.problems) from error
    if answer.status // 100 == 2:
        return answer
    problem = Problem(f"the server answered {answer.status}", expected="2xx", found=answer.excerpt)
    if answer.status // 100 == 4 and answer.status not in _NOT_THE_RECORDS:
        raise Rejected(problem)
    raise Retry(problem, after_s=answer.retry_after_s)


def announced(content_type: str, headers: Mapping[str, str]) -> dict[str, str]:
    """The headers, with that content type unless they name one themselves, in capitals or not."""
    is_named = any(name.lower() == "content-type" for name in headers)
    return dict(headers) if is_named else {"Content-Type": content_type, **headers}


class HttpSink:
    """One request a segment; `Idempotency-Key` lets the receiver recognise a repetition."""

    def __init__(self, client: HttpClient, url: str, headers: Mapping[str, str]) -> None:
        self._client = client
        self._url = url
        self._headers = announced("application/x-ndjson", headers)

    async def deliver(self, segment: Segment, idempotency_key: str) -> None:
        """Return once the server has answered 2xx."""
        await post(self._client, self._url, {**self._headers, "Idempotency-Key": idempotency_key}, segment.data)

    async def close(self) -> None:
        """Connections belong to the shared client."""
