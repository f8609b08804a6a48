"""For sinks that take one record a request: what of a segment was taken already is not sent again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from edge_orch_agent.core.notices import Notice, decode_notice
from edge_orch_agent.core.transaction import ALERTS, Segment
from edge_orch_agent.sinks.port import Rejected


class Progress:
    """How many records of the segment in hand were taken. In memory only: after a crash the keys do the work."""

    def __init__(self) -> None:
        self._key = ""
        self._taken = 0

    async def deliver(
        self, segment: Segment, idempotency_key: str, send: Callable[[bytes, str], Awaitable[None]]
    ) -> None:
        """Call `send(record, key)` for every record not yet taken, in order; a retry goes on where it broke off."""
        if idempotency_key != self._key:
            self._key, self._taken = idempotency_key, 0
        for number, record in enumerate(segment.records()):
            if number >= self._taken:
                await send(record.rstrip(b"\n"), record_key(segment, record, number, idempotency_key))
                self._taken = number + 1


def record_key(segment: Segment, record: bytes, number: int, idempotency_key: str) -> str:
    """Of a notice: episode, event and sink. Of any other record: the segment's key and the record's number."""
    if segment.stream.output == ALERTS:
        notice = read_notice(record)
        return f"{notice.episode}/{notice.event}/{segment.stream.sink}"
    return f"{idempotency_key}/{number}"


def read_notice(record: bytes) -> Notice:
    """Raises `Rejected` when the record is no notice."""
    try:
        return decode_notice(record)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Rejected(f"this sink takes notices of alerts only: {error}") from error
