"""Which MQTT packets were read and are not yet known to be forgotten by the broker.

A broker sends again, marked DUP and under the same packet id, what it has no PUBACK for: after a lost connection, and
after a crash of ours. A packet's id and the checksum of its content tell whether it was read before. Both are part of
the stored position for as long as the broker may send the packet again; that ends when the broker has answered
something that we sent behind the PUBACK (a *fence*: MQTT connections are handled in order).
"""

from __future__ import annotations

import struct
import zlib
from enum import Enum, auto

import msgspec

_PACKET = struct.Struct(">HI")


class Verdict(Enum):
    """What to do with a packet that came in."""

    NEW = auto()  # read it
    PENDING = auto()  # on its way already: say nothing
    DONE = auto()  # durable already: acknowledge it again


class Packet(msgspec.Struct, eq=False):
    """One QoS 1 message. `done`: what it brought is durable."""

    mid: int
    checksum: int
    done: bool = False


class _Read(msgspec.Struct):
    """Packets read together. `fences`: answers still to wait for before they can be forgotten; None: not durable."""

    packets: list[Packet]
    packed: bytes
    fences: int | None = None


class Unacknowledged:
    """The account of one source. Receipts count from 1."""

    def __init__(self, stored: bytes = b"") -> None:
        self._reads: dict[int, _Read] = {}
        self._packets: dict[int, Packet] = {}
        self._receipt = 0
        # The position as it stands, added to with every read: to join it anew each time costs the square of what is
        # unacknowledged. None: something was forgotten since.
        self._position: bytes | None = None
        if stored:
            known = [Packet(mid, checksum, done=True) for mid, checksum in _PACKET.iter_unpack(stored)]
            self._reads[0] = _Read(known, stored, fences=2)
            self._packets = {packet.mid: packet for packet in known}

    def arrived(self, mid: int, dup: bool, topic: str, payload: bytes) -> tuple[Verdict, Packet]:
        """Whether this packet is new."""
        checksum = zlib.crc32(payload, zlib.crc32(topic.encode()))
        known = self._packets.get(mid)
        if known is not None and dup and known.checksum == checksum:
            return (Verdict.DONE if known.done else Verdict.PENDING), known
        packet = self._packets[mid] = Packet(mid, checksum)
        return Verdict.NEW, packet

    def read(self, packets: list[Packet]) -> tuple[int, bytes]:
        """The receipt for packets read together, and the position that knows them and all before them."""
        self._receipt += 1
        packed = b"".join(_PACKET.pack(packet.mid, packet.checksum) for packet in packets)
        if self._position is None:
            self._position = b"".join(read.packed for read in self._reads.values())
        self._position += packed
        self._reads[self._receipt] = _Read(packets, packed)
        return self._receipt, self._position

    def durable(self, receipt: int) -> list[int]:
        """These packets are stored: the packet ids to acknowledge."""
        read = self._reads.get(receipt)
        if read is None:
            return []
        read.fences = 1
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
                del self._reads[receipt]
                self._position = None
                for packet in read.packets:
                    if self._packets.get(packet.mid) is packet:
                        del self._packets[packet.mid]

    def reconnected(self, resumed: bool) -> None:
        """A new connection. Without its session the broker sends nothing again and its packet ids mean nothing.

        With it, acknowledgements may have been lost: a first fence proves that all redeliveries came and were
        acknowledged again, a second one that these acknowledgements arrived.
        """
        if not resumed:
            self._packets.clear()
            self._position = None
        for receipt, read in list(self._reads.items()):
            if read.fences is not None and resumed:
                read.fences = 2
            elif not resumed:
                read.packed = b""
                if read.fences is not None:
                    del self._reads[receipt]
