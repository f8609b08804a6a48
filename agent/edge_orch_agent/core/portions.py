"""Portions: what was gathered for one stream, as large as a segment may be."""

from __future__ import annotations

from collections.abc import Iterator

from edge_orch.engine.lines import newlines
from edge_orch.engine.records import Chunk


def portions(chunks: list[Chunk], most: int) -> Iterator[Chunk]:
    """Their records, in order, in portions of at most `most` bytes, or of one record that is longer.

    Chunks are joined, and cut only where one alone is too large. The list is emptied meanwhile.
    """
    chunks.reverse()
    gathered: list[Chunk] = []
    size = 0
    while chunks:
        chunk = chunks.pop()
        if gathered and size + len(chunk.data) > most:
            yield _joined(gathered)
            gathered, size = [], 0
        *whole, chunk = _cut(chunk, most)
        yield from whole
        gathered.append(chunk)
        size += len(chunk.data)
    if gathered:
        yield _joined(gathered)


def _cut(chunk: Chunk, most: int) -> list[Chunk]:
    """The chunk itself if it is small enough, else pieces of it, cut behind records."""
    data, pieces, start = chunk.data, [], 0
    while len(data) - start > most:
        end = data.rfind(b"\n", start, start + most) + 1 or data.find(b"\n", start) + 1
        if end in (0, len(data)):
            break
        piece = data[start:end]
        pieces.append(Chunk(piece, newlines(piece)))
        start = end
    if not pieces:
        return [chunk]
    return [*pieces, Chunk(data[start:], chunk.count - sum(piece.count for piece in pieces))]


def _joined(chunks: list[Chunk]) -> Chunk:
    return chunks[0] if len(chunks) == 1 else Chunk(b"".join(c.data for c in chunks), sum(c.count for c in chunks))
