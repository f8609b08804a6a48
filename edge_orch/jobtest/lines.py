"""A stream of bytes, cut into batches of whole lines at constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from edge_orch.engine.records import Batch
from edge_orch.time import Instant

LONGEST_LINE = 1 << 20
"""A longer run of bytes without a newline is handed on as one record, as a file source does."""


def whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, each piece ending with a newline, except the last one perhaps.

    An empty chunk, which says that there is nothing new, is handed on.
    """
    rest = b""
    for chunk in chunks:
        if not chunk:
            yield chunk
        end = chunk.rfind(b"\n") + 1
        if end:
            yield rest + chunk[:end]
            rest = chunk[end:]
        else:
            rest += chunk
        while len(rest) >= LONGEST_LINE:
            yield rest[:LONGEST_LINE] + b"\n"
            rest = rest[LONGEST_LINE:]
    if rest:
        yield rest


def batches(chunks: Iterable[bytes], partition: str, now: Callable[[], Instant]) -> Iterator[Batch]:
    """Batches of one partition; `now` says when each arrived."""
    position = 0
    for payload in whole_lines(chunks):
        yield Batch(partition, payload, now(), position)
        position += payload.count(b"\n")
