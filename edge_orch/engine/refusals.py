"""Dead letters as records of an output."""

from __future__ import annotations

from base64 import b64encode

import msgspec

from edge_orch.engine.records import DeadLetter


class Refusal(msgspec.Struct, frozen=True):
    """A record that a step refused, and why. `raw` is its text, or base64 where it is not UTF-8: `encoding` says which.

    `partition` and `position`: where in the source it came from.
    """

    job: str
    version: int
    step: str
    reason: str
    field: str
    partition: str
    position: int
    encoding: str
    raw: str


def refusal(letter: DeadLetter, job: str, version: int) -> Refusal:
    """The record of one dead letter."""
    try:
        encoding, raw = "utf-8", letter.raw.decode()
    except UnicodeDecodeError:
        encoding, raw = "base64", b64encode(letter.raw).decode()
    return Refusal(
        job, version, letter.step, letter.reason, letter.field, letter.partition, letter.position, encoding, raw
    )
