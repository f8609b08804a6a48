"""The sync message that carries raw changes into a document: the only way in that the binding has."""

from __future__ import annotations

from collections.abc import Sequence

_VERSION_1 = b"\x42"
_NOTHING = b"\0"


def sync_message(changes: Sequence[bytes]) -> bytes:
    """A message with these changes and no heads, needs or haves: its receiver answers nothing and remembers nothing.

    Source of the layout: https://automerge.org/automerge/automerge/sync/struct.Message.html (version 1).
    """
    carried = b"".join(_leb128(len(change)) + change for change in changes)
    return _VERSION_1 + _NOTHING * 3 + _leb128(len(changes)) + carried


def _leb128(number: int) -> bytes:
    data = bytearray()
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    data.append(number)
    return bytes(data)
