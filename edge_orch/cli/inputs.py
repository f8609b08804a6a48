"""Files that a command reads: opened with words for what may be wrong, read in chunks."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import BinaryIO

from edge_orch.errors import Invalid, Location, Problem

CHUNK = 256 * 1024
"""About two thousand records: the engine is fastest, and memory smallest, near that size of batch."""
PAUSE_S = 0.2
"""How long a file that is followed is left alone when it has nothing new."""
STDIN = "-"


def open_input(name: str, where: Location | None = None) -> BinaryIO:
    """The file `name`, or standard input for `-`. Raises `Invalid` when it cannot be read; `where` it is named."""
    if name == STDIN:
        return sys.stdin.buffer
    path = Path(name)
    try:
        file = path.open("rb")
    except OSError as error:
        found = error.strerror or str(error)
        raise Invalid(Problem(f"cannot read {path}", where, "a file", found, "check the path")) from None
    return file


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """The bytes of a file or a pipe, at most `CHUNK` at a time; a pipe's are handed on as they come."""
    assert isinstance(file, BufferedIOBase)  # noqa: S101 -- what `open` and the standard streams give
    while chunk := file.read1(CHUNK):
        yield chunk


def followed(file: BinaryIO, sleep: Callable[[float], None] = time.sleep) -> Iterator[bytes]:
    """The bytes of a file, and whatever is appended to it, for ever; empty ones say that there is nothing new."""
    while True:
        yield from chunks(file)
        yield b""
        sleep(PAUSE_S)


def size_of(file: BinaryIO) -> int | None:
    """The size of a regular file; None for a pipe or a device."""
    status = os.fstat(file.fileno())
    return status.st_size if stat.S_ISREG(status.st_mode) else None
