"""Which MQTT packets were read and are not yet known to be forgotten by the broker.

A broker sends again, marked DUP and under the same packet id, what it has no PUBACK for: after a lost connection, and
after a crash of ours. A packet's id and the checksum of its content tell whether it was read before. Both are part of
the stored position for as long as the broker may send the packet again; that ends when the broker has answered
something that we sent behind the PUBACK (a *fence*: MQTT connections are handled in order).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from enum import Enum, auto

import msgspec

PART_BYTES = 12 * 1024
"""Of the position, from which on another part is begun: two thousand packets."""
_PACKET = struct.Struct(">HI")


class Verdict(Enum):
    """What to do with a packet that came in."""

    NEW = auto()  # read it
    PENDING = auto()  # on its way already: say nothing
    DONE = auto()  # durable already: acknowledge it again


class Packet(msgspec.Struct, eq=False, gc=False):
    """One QoS 1 message. `receipt`: of what it was read with. `done`: what it brought is durable."""

    mid: int
    checksum: int
    receipt: int = 0
    done: bool = False


class _Read(msgspec.Struct):
    """Packets read together, in one part of the position.

    `fences`: answers still to wait for before they can be forgotten; None: not durable.
    """

    packets: list[Packet]
    packed: bytes
    part: int
    fences: int | None = None


class Unacknowledged:
    """The account of one source. Receipts count from 1.

    The position is kept in parts, numbered in their order: to write all of it anew with each commit would cost the
    square of what is unacknowledged. The newest grows up to `PART_BYTES`, and stays; any other goes as a whole, once
    all of it is forgotten. `stored`: by number.
    """

    def __init__(self, stored: Mapping[int, bytes] = {}) -> None:
        self._reads: dict[int, _Read] = {}
        self._packets: dict[int, Packet] = {}
        self._receipt = 0
        self._acknowledged: dict[int, None] = {}  # on this connection, in this order
        self._parts: dict[int, set[int]] = {}  # receipts
        self._newest = 0
        self._content: bytes | None = b""  # of the newest part; None: to be joined anew
        self._outdated: set[int] = set()  # parts that are stored with what is gone
        for part, packed in sorted(stored.items()):  # of two packets of one id the later one counts
            known = [Packet(mid, checksum, -part, done=True) for mid, checksum in _PACKET.iter_unpack(packed)]
            self._add(-part, _Read(known, packed, part, fences=2))
            self._packets |= {packet.mid: packet for packet in known}
            self._newest, self._content = part, None

    def arrived(self, mid: int, dup: bool, topic: str, payload: bytes) -> tuple[Verdict, Packet]:
        """Whether this packet is new."""
        checksum = zlib.crc32(payload, zlib.crc32(topic.encode()))
        known = self._packets.get(mid)
        if known is not None:
            if dup and known.checksum == checksum:
                return (Verdict.DONE if known.done else Verdict.PENDING), known
            self._used_again(known)
        packet = self._packets[mid] = Packet(mid, checksum)
        return Verdict.NEW, packet

    def read(self, packets: list[Packet]) -> tuple[int, dict[int, bytes | None]]:
        """The receipt for packets read together, and the parts of the position that know them and all before them.

        Only those that differ from what was told before; None: gone.
        """
        self._receipt += 1
        packed = b"".join([_PACKET.pack(packet.mid, packet.checksum) for packet in packets])
        for packet in packets:
            packet.receipt = self._receipt
        content = self._joined(self._newest) if self._content is None else self._content
        if len(content) >= PART_BYTES:
            self._newest, content = self._newest + 1, b""
        self._content = content + packed
        self._add(self._receipt, _Read(packets, packed, self._newest))
        changed = {part: self._joined(part) or None for part in self._outdated}
        self._outdated.clear()
        return self._receipt, changed | {self._newest: self._content}

    def durable(self, receipt: int) -> list[int]:
        """These packets are stored: the packet ids to acknowledge."""
        read = self._reads.get(receipt)
        if read is None:
            return []
        read.fences = 1
        self._acknowledged[receipt] = None
        for packet in read.packets:
            packet.done = True
        return [packet.mid for packet in read.packets if self._packets.get(packet.mid) is packet]

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
        self._acknowledged.clear()
        if not resumed:
            self._packets.clear()
            self._content = None
            self._outdated |= self._parts.keys()
        for receipt, read in list(self._reads.items()):
            if read.fences is not None and resumed:
                read.fences = 2
            elif not resumed:
                read.packed = b""
                if read.fences is not None:
                    self._forget(receipt, read)

    def _used_again(self, known: Packet) -> None:
        """The broker gives a packet's id to another: it has handled what we sent up to that packet's PUBACK.

        A broker may queue its answer to a fence behind all that it has; with this at most a round of ids is kept.
        """
        if known.receipt in self._acknowledged:
            while (first := next(iter(self._acknowledged))) != known.receipt:
                self._forget(first, self._reads[first])

    def _add(self, receipt: int, read: _Read) -> None:
        self._reads[receipt] = read
        self._parts.setdefault(read.part, set()).add(receipt)

    def _forget(self, receipt: int, read: _Read) -> None:
        del self._reads[receipt]
        self._acknowledged.pop(receipt, None)
        for packet in read.packets:
            if self._packets.get(packet.mid) is packet:
                del self._packets[packet.mid]
        receipts = self._parts[read.part]
        receipts.remove(receipt)
        if read.part == self._newest:
            self._content = None
        elif not receipts:
            del self._parts[read.part]
            self._outdated.add(read.part)

    def _joined(self, part: int) -> bytes:
        return b"".join(self._reads[receipt].packed for receipt in sorted(self._parts.get(part, ())))
