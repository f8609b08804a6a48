"""A notice: what an alert segment tells a sink about one event of an episode, one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal as OneOf

import msgspec

from edge_orch.errors import Invalid, Problem


class Notice(msgspec.Struct, frozen=True):
    """Everything a person or a pager needs; the same bytes at every attempt to deliver it.

    `at`: event time, RFC 3339. `values`: the fields, parameters and counts that the summary names.
    """

    episode: str
    event: OneOf["opened", "acknowledged", "resolved"]
    agent: str
    job: str
    version: int
    rule: str
    key: tuple[str, ...]
    severity: OneOf["info", "warning", "error", "critical"]
    summary: str
    at: str
    values: dict[str, bool | int | float | str | None] = {}

    def idempotency_key(self, sink: str) -> str:
        """The same for every attempt to tell `sink` of this event, and different for every other event."""
        return f"{self.episode}/{self.event}/{sink}"


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Notice)


def encode_notices(notices: Iterable[Notice]) -> bytes:
    """NDJSON, each line ended by a newline."""
    return b"".join(_ENCODER.encode(notice) + b"\n" for notice in notices)


def decode_notices(data: bytes) -> list[Notice]:
    """The notices in an alert segment. Raises `Invalid` naming the line that is none."""
    notices = []
    for number, line in enumerate(data.splitlines(), 1):
        try:
            notices.append(_DECODER.decode(line))
        except msgspec.MsgspecError as error:
            raise Invalid(Problem(f"line {number} of the segment is not a notice", found=str(error))) from error
    return notices
