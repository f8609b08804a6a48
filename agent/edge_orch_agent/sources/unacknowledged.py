"""Which MQTT packets were read and are not yet known to be forgotten by the broker.

A broker sends again, marked DUP and under the same packet id, what it has no PUBACK for: after a lost connection, and
after a crash of ours. A packet's id and the checksum of its content tell whether it was read before. Both are part of
the stored position for as long as the broker may send the packet again; that ends when the broker has answered
something that we sent behind the PUBACK (a *fence*: MQTT connections are handled in order).

That may take long: mosquitto 2.0.11 hands out all it has after the first PUBACK, reads ours beside it one by one, and
gives one id to several messages then. So an id alone says nothing, and a packet that waits for a fence takes six bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from enum import Enum, auto

import msgspec

EACH = 6
"""Bytes of a packet: its id, and the checksum of its topic and payload, together one number."""
PART_BYTES = 2048 * EACH
"""Of the position, from which on another part is begun."""
_CHECKSUM_BITS = 32


class Verdict(Enum):
    """What to do with a packet that came in."""

    NEW = auto()  # read it
    PENDING = auto()  # on its way already: say nothing
    DONE = auto()  # durable already: acknowledge it again


class _Read(msgspec.Struct):
    """Packets read together, in one part of the position.

    `fences`: answers still to wait for before they can be forgotten; None: not durable.
    """

    packed: bytes
    part: int
    fences: int | None = None

    def packets(self) -> list[int]:
        """Each as the one number that it is."""
        packed = self.packed
        return [int.from_bytes(packed[at : at + EACH], "big") for at in range(0, len(packed), EACH)]


class Unacknowledged:
    """The account of one source. Receipts count from 1; a packet is its id and its checksum in one number.

    The position is kept in parts, numbered in their order: to write all of it anew with each commit would cost the
    square of what is unacknowledged. The newest grows up to `PART_BYTES`, and stays; any other goes as a whole, once
    all of it is forgotten. `stored`: by number.
    """

    def __init__(self, stored: Mapping[int, bytes] = {}) -> None:
        self._reads: dict[int, _Read] = {}
        self._receipt = 0
        self._pending: dict[int, int] = {}  # by packet id, the receipt of the last that had it and is not durable
        self._again: dict[int, int] | None = None  # by packet, its receipt; made when something comes again
        self._parts: dict[int, set[int]] = {}  # receipts
        self._newest = max(stored, default=0)
        self._content: bytes | None = b""  # of the newest part; None: to be joined anew
        self._outdated: set[int] = set()  # parts that are stored with what is gone
        for part, packed in stored.items():
            self._add(-part, _Read(packed, part, fences=2))
            self._content = None

    def arrived(self, mid: int, dup: bool, topic: str, payload: bytes) -> tuple[Verdict, int]:
        """Whether this packet is new."""
        packet = mid << _CHECKSUM_BITS | zlib.crc32(payload, zlib.crc32(topic.encode()))
        if dup:
            if self._again is None:
                self._again = {each: receipt for receipt, read in self._reads.items() for each in read.packets()}
            receipt = self._again.get(packet)
            if receipt is not None:
                return (Verdict.PENDING if self._reads[receipt].fences is None else Verdict.DONE), packet
        return Verdict.NEW, packet

    def read(self, packets: Iterable[int]) -> tuple[int, dict[int, bytes | None]]:
        """The receipt for packets read together, and the parts of the position that know them and all before them.

        Only those that differ from what was told before; None: gone.
        """
        self._receipt += 1
        packed = b"".join([packet.to_bytes(EACH, "big") for packet in packets])
        content = self._joined(self._newest) if self._content is None else self._content
        if len(content) >= PART_BYTES:
            self._newest, content = self._newest + 1, b""
        self._content = content + packed
        read = _Read(packed, self._newest)
        self._add(self._receipt, read)
        again = dict.fromkeys(read.packets(), self._receipt)
        self._pending.update((packet >> _CHECKSUM_BITS, self._receipt) for packet in again)
        if self._again is not None:
            self._again |= again
        changed = {part: self._joined(part) or None for part in self._outdated}
        self._outdated.clear()
        return self._receipt, changed | {self._newest: self._content}

    def durable(self, receipt: int) -> list[int]:
        """These packets are stored: the packet ids to acknowledge.

        Not one that the broker has given to another packet meanwhile, which may not be stored.
        """
        read = self._reads.get(receipt)
        if read is None:
            return []
        read.fences = 1
        mids = [packet >> _CHECKSUM_BITS for packet in read.packets()]
        mids = [mid for mid in mids if self._pending.get(mid) == receipt]
        for mid in mids:
            self._pending.pop(mid, None)
        return mids

    @property
    def fence_needed(self) -> bool:
        """Whether an answer of the broker would let something be forgotten."""
        return any(read.fences for read in self._reads.values())

    def fence_sent(self) -> list[int]:
        """The receipts that the fence stands behind; give them to `fence_answered`."""
        return [receipt for receipt, read in self._reads.items() if read.fences]

    def fence_answered(self, receipts: list[int]) -> None:
        """The broker has handled what was sent before the fence."""
        for receipt in receipts:
            read = self._reads.get(receipt)
            if read is None or not read.fences:
                continue
            read.fences -= 1
            if not read.fences:
                self._forget(receipt, read)

    def reconnected(self, resumed: bool) -> None:
        """A new connection. Without its session the broker sends nothing again and its packet ids mean nothing.

        With it, acknowledgements may have been lost: a first fence proves that all redeliveries came and were
        acknowledged again, a second one that these acknowledgements arrived.
        """
        self._again = None
        if not resumed:
            self._pending.clear()
            self._content = None
            self._outdated |= self._parts.keys()
        for receipt, read in list(self._reads.items()):
            if read.fences is not None and resumed:
                read.fences = 2
            elif not resumed:
                read.packed = b""
                if read.fences is not None:
                    self._forget(receipt, read)

    def _add(self, receipt: int, read: _Read) -> None:
        self._reads[receipt] = read
        self._parts.setdefault(read.part, set()).add(receipt)

    def _forget(self, receipt: int, read: _Read) -> None:
        del self._reads[receipt]
        self._again = None
        receipts = self._parts[read.part]
        receipts.remove(receipt)
        if read.part == self._newest:
            self._content = None
        elif not receipts:
            del self._parts[read.part]
            self._outdated.add(read.part)

    def _joined(self, part: int) -> bytes:
        return b"".join(self._reads[receipt].packed for receipt in sorted(self._parts.get(part, ())))
