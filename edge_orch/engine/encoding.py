"""Bytes of values and records: the one place where the engine has msgspec make them.

Where memory runs out while msgspec (0.22) makes bytes of its own, the process ends; where it fills a bytearray, a
MemoryError is raised. A job's code runs within a bound of memory that must harm nobody but the job, so values go
through a bytearray. Records, where each nanosecond counts, do so only if their plan can make them longer than they
came (`edge_orch.plan.growth`); others are at most what was read, a few hundred at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

_RECORDS_AT_ONCE = 2048
"""More than a piece of input usually holds; a window that closes may have any number of rows."""

_json_into = msgspec.json.Encoder().encode_into
_json_lines = msgspec.json.Encoder().encode_lines
_msgpack_into = msgspec.msgpack.Encoder().encode_into


def json_bytes(value: object) -> bytes:
    """The value as JSON. Raises MemoryError where there is no room for it."""
    made = bytearray()
    _json_into(value, made)
    return bytes(made)


def msgpack_bytes(value: object) -> bytes:
    """The value as MessagePack. Raises MemoryError where there is no room for it."""
    made = bytearray()
    _msgpack_into(value, made)
    return bytes(made)


def record_lines(records: Sequence[object]) -> bytes:
    """A line of JSON for each. For records that are no longer than what was read."""
    if len(records) <= _RECORDS_AT_ONCE:
        return _json_lines(records)
    return b"".join(
        _json_lines(records[begin : begin + _RECORDS_AT_ONCE]) for begin in range(0, len(records), _RECORDS_AT_ONCE)
    )


def long_record_lines(records: Sequence[object]) -> bytes:
    """The same for records of any length: MemoryError where there is no room. It takes half as long again."""
    made = bytearray()
    append: Callable[[int], None] = made.append
    for record in records:
        _json_into(record, made, -1)
        append(ord("\n"))
    return bytes(made)
