"""Amazon SQS over its JSON protocol: one message a record, ten a request, first in first out where the queue is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec

from edge_orch.errors import Problem
from edge_orch_agent.core.transaction import Segment
from edge_orch_agent.http_client import HttpClient
from edge_orch_agent.sinks.http import post
from edge_orch_agent.sinks.one_by_one import record_key
from edge_orch_agent.sinks.port import Rejected, Retry
from edge_orch_agent.sinks.sigv4 import Credentials, signed_headers

BATCH = 10
LARGEST_REQUEST = 200 * 1024
"""SQS takes 256 KiB of messages a request; the rest is room for escapes and attributes."""
_TEMPORARY = ("RequestThrottled", "ThrottlingException", "Throttling", "KmsThrottled", "RequestExpired")


class _Failed(msgspec.Struct):
    code: str = msgspec.field(name="Code", default="")
    message: str = msgspec.field(name="Message", default="")
    sender_fault: bool = msgspec.field(name="SenderFault", default=False)


class _Result(msgspec.Struct):
    failed: list[_Failed] = msgspec.field(name="Failed", default_factory=list)


class SqsSink:
    """A FIFO queue (its name ends in `.fifo`) drops repetitions itself: deduplication id = digest of the record's key.

    On a standard queue the key stands in the message attribute `idempotency_key`, and a repetition is possible.
    """

    def __init__(
        self,
        client: HttpClient,
        *,
        queue_url: str,
        region: str,
        credentials: Credentials,
        wall_us: Callable[[], int],
        endpoint: str | None = None,
    ) -> None:
        self._client = client
        self._queue_url = queue_url
        self._fifo = queue_url.endswith(".fifo")
        parts = urlsplit(queue_url)
        self._url = (endpoint or urlunsplit((parts.scheme, parts.netloc, "", "", ""))).rstrip("/") + "/"
        self._region = region
        self._credentials = credentials
        self._wall_us = wall_us

    async def deliver(self, segment: Segment, idempotency_key: str) -> None:
        """Return once every message was taken."""
        for entries in _batches(self._entries(segment, idempotency_key)):
            await self._send({"QueueUrl": self._queue_url, "Entries": entries})

    def _entries(self, segment: Segment, idempotency_key: str) -> Iterator[dict[str, Any]]:
        for number, record in enumerate(segment.records()):
            key = record_key(segment, record, number, idempotency_key)
            entry: dict[str, Any] = {
                "Id": str(number),
                "MessageBody": record.rstrip(b"\n").decode(),
                "MessageAttributes": {"idempotency_key": {"DataType": "String", "StringValue": key}},
            }
            if self._fifo:
                # Order matters within one stream of one agent only; the digest keeps ids within 128 characters.
                entry["MessageDeduplicationId"] = hashlib.sha256(key.encode()).hexdigest()
                entry["MessageGroupId"] = hashlib.sha256(idempotency_key.rsplit("/", 1)[0].encode()).hexdigest()
            yield entry

    async def _send(self, request: dict[str, Any]) -> None:
        body = msgspec.json.encode(request)
        headers = signed_headers(
            self._credentials,
            service="sqs",
            region=self._region,
            url=self._url,
            headers={"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessageBatch"},
            body=body,
            wall_us=self._wall_us(),
        )
        try:
            answer = await post(self._client, self._url, headers, body)
        except Rejected as error:
            # SQS says «slow down» and «your clock is wrong» with 400.
            if any(f"#{name}" in str(error) or f'"{name}"' in str(error) for name in _TEMPORARY):
                raise Retry(*error.problems) from error
            raise
        failed = msgspec.json.decode(answer.body, type=_Result).failed
        if failed:
            problem = Problem(
                f"the queue refused {len(failed)} messages", found=f"{failed[0].code}: {failed[0].message}"
            )
            raise (Rejected if all(one.sender_fault for one in failed) else Retry)(problem)

    async def close(self) -> None:
        """Connections belong to the shared client."""


def _batches(entries: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """At most ten entries and `LARGEST_REQUEST` bytes each."""
    batch: list[dict[str, Any]] = []
    size = 0
    for entry in entries:
        length = len(entry["MessageBody"].encode())
        if batch and (len(batch) == BATCH or size + length > LARGEST_REQUEST):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += length
    if batch:
        yield batch
