"""How far a file is read, and how it is known again under whatever name."""

from __future__ import annotations

import hashlib
import os
from typing import BinaryIO

import msgspec

EDGE = 256
"""Bytes that are hashed of a file's beginning, and of what lies before the position."""


class Origin(msgspec.Struct, frozen=True, array_like=True):
    """A file, known by device, inode and the hash of its first `head` bytes.

    Files may begin with the same header: `tail_hash`, of the `EDGE` bytes before `offset` or fewer, tells these apart.
    """

    device: int
    inode: int
    head: int
    head_hash: bytes
    offset: int = 0
    tail_hash: bytes = b""

    @property
    def inode_key(self) -> tuple[int, int]:
        """Unique among the files that exist at one time."""
        return self.device, self.inode

    def names(self, file: BinaryIO) -> bool:
        """Whether `file` is this one, and not a new one under its old inode."""
        return inode_key(file) == self.inode_key and self.begins(file)

    def begins(self, file: BinaryIO) -> bool:
        """Whether `file` holds the same, whatever it is."""
        if os.fstat(file.fileno()).st_size < self.offset or _hash(file, 0, self.head) != self.head_hash:
            return False
        return not self.tail_hash or _tail_hash(file, self.offset) == self.tail_hash


class Position(msgspec.Struct, array_like=True):
    """Which file, and how far it is read: `offset` in bytes, `lines` in records.

    `tail_hash`: of the `EDGE` bytes before the offset, or fewer. `finished`: files that were read to their end under
    this name, so that a pattern which also matches their new names does not read them again.
    """

    device: int
    inode: int
    head: int
    head_hash: bytes
    offset: int
    lines: int
    tail_hash: bytes = b""
    finished: tuple[Origin, ...] = ()

    @property
    def origin(self) -> Origin:
        """The file, wherever one stands in it."""
        return Origin(self.device, self.inode, self.head, self.head_hash)

    @property
    def end(self) -> Origin:
        """The file, as it is once it has been read up to here."""
        return Origin(self.device, self.inode, self.head, self.head_hash, self.offset, self.tail_hash)

    def is_of(self, file: BinaryIO) -> bool:
        """Whether `file` is the one that was read."""
        return self.end.names(file)

    def is_of_copy(self, file: BinaryIO) -> bool:
        """Whether `file` holds what was read of another one: a copy, made before that one was truncated."""
        return self.head > 0 and self.end.begins(file)


def inode_key(file: BinaryIO) -> tuple[int, int]:
    """Device and inode: no other file has them as long as this one is open."""
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino


def begins(file: BinaryIO, copy: BinaryIO) -> bool:
    """Whether all that `copy` holds by now is how `file` begins, by both ends of it."""
    size = os.fstat(copy.fileno()).st_size
    edges = (0, max(0, size - EDGE))
    return all(_hash(file, edge, min(EDGE, size)) == _hash(copy, edge, min(EDGE, size)) for edge in edges)


def position_in(file: BinaryIO, offset: int, lines: int, finished: tuple[Origin, ...] = ()) -> Position:
    """The position behind `offset` bytes, which are `lines` records."""
    status, head = os.fstat(file.fileno()), min(EDGE, offset)
    return Position(
        status.st_dev,
        status.st_ino,
        head,
        _hash(file, 0, head),
        offset,
        lines,
        _tail_hash(file, offset),
        finished,
    )


def _tail_hash(file: BinaryIO, offset: int) -> bytes:
    start = max(0, offset - EDGE)
    return _hash(file, start, offset - start)


def _hash(file: BinaryIO, start: int, length: int) -> bytes:
    return hashlib.sha256(os.pread(file.fileno(), length, start)).digest()[:16]


encode_position = msgspec.msgpack.Encoder().encode
decode_position = msgspec.msgpack.Decoder(Position).decode
