"""The process that tries what agents send, and the frames in which it is told and answers.

A frame is its length in four bytes and MessagePack, so neither side ever unpickles what the other says.
"""

from __future__ import annotations

import resource
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from edge_orch.errors import EdgeOrchError, Problem
from edge_orch.twin.gate import Inspected

MEMORY = 256 << 20
"""Bytes of address space that the worker may take beyond what it begins with."""
MAX_VERDICT = 8 << 20
"""Bytes of an answer; a message of 256 KiB never has as many."""

Trial = Callable[[Sequence[bytes]], tuple[Inspected, ...]]


class _Passed(msgspec.Struct, tag=True):
    changes: tuple[Inspected, ...]


class _Failed(msgspec.Struct, tag=True):
    problem: Problem


_ENCODER = msgspec.msgpack.Encoder()
_CHANGES = msgspec.msgpack.Decoder(tuple[bytes, ...])
_VERDICT: msgspec.msgpack.Decoder[_Passed | _Failed] = msgspec.msgpack.Decoder(_Passed | _Failed)


def encode_changes(changes: Sequence[bytes]) -> bytes:
    """A frame with what is to be tried."""
    return _framed(tuple(changes))


def decode_verdict(data: bytes) -> tuple[Inspected, ...] | Problem:
    """What the worker read, or why it refuses it; `data` without the frame's length."""
    verdict = _VERDICT.decode(data)
    return verdict.changes if isinstance(verdict, _Passed) else verdict.problem


def work(line: socket.socket, trial: Trial, memory: int) -> None:
    """Try what comes, one after the other, until the other end is closed."""
    _limit(memory)
    with line, line.makefile("rb") as incoming:
        while head := incoming.read(4):
            changes = _CHANGES.decode(incoming.read(int.from_bytes(head, "big")))
            line.sendall(_framed(_verdict(trial, changes)))


def _verdict(trial: Trial, changes: Sequence[bytes]) -> _Passed | _Failed:
    try:
        return _Passed(trial(changes))
    except EdgeOrchError as error:
        return _Failed(error.problems[0])
    except MemoryError:
        return _Failed(Problem("changes refused: they need too much memory"))


def _framed(content: object) -> bytes:
    data = _ENCODER.encode(content)
    return len(data).to_bytes(4, "big") + data


def _limit(memory: int) -> None:
    """The heap may grow by `memory` bytes from here, and a crash leaves no core file."""
    size = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = size + memory
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
