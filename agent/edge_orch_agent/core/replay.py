"""What a pipeline was given since its last snapshot, as bytes: stored instead of the snapshot while it is smaller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from edge_orch.engine.records import Batch
from edge_orch.time import Instant
from edge_orch.twin.facts import Value


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    """One or the other."""

    batch: Batch | None = None
    instant: Instant | None = None


class Replay(msgspec.Struct, frozen=True, array_like=True):
    """Batches, and the moments at which time passed, in the order in which one version got them under these values."""

    version: int
    values: dict[str, Value]
    inputs: list[_Entry]

    @property
    def entries(self) -> list[Batch | Instant]:
        """In their order."""
        return [each for entry in self.inputs if (each := entry.batch or entry.instant) is not None]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Replay).decode


def encode_replay(version: int, values: Mapping[str, Value], entries: Sequence[Batch | Instant]) -> bytes:
    """For the store."""
    inputs = [_Entry(entry) if isinstance(entry, Batch) else _Entry(None, entry) for entry in entries]
    return _encode(Replay(version, dict(values), inputs))


def decode_replays(stored: Sequence[bytes]) -> list[Replay]:
    """As they were stored. Raises `msgspec.MsgspecError` for what was not."""
    return [_decode(data) for data in stored]


def weight(entry: Batch | Instant) -> int:
    """Bytes that it takes, roughly."""
    if isinstance(entry, Instant):
        return 64
    payload = entry.payload
    return len(payload) if isinstance(payload, bytes) else sum(map(len, payload)) + 8 * len(payload)
