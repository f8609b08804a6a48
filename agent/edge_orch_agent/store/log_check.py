"""Whether a write-ahead log is whole. SQLite reads one up to the first frame that is not, and drops the rest unsaid.

That is right for the end of a log: power went while it was written. Before later commits it is damage, for each commit
was synced before the next began. The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log. Pure.
"""

from __future__ import annotations

import struct
from collections import Counter
from enum import Enum

import msgspec

LOG_HEADER, _FRAME = 32, 24
"""Bytes: of the log, and of each page in it."""
_MAGIC, _VERSION = 0x377F0682, 3_007_000
_MASK = 0xFFFF_FFFF


class Condition(Enum):
    """What a log is like, in the words of a report."""

    WHOLE = "whole, or cut off within the last commit"
    DOUBTFUL = "its last commit cannot be read: power was lost while it was written, or it is damaged"
    MENDED = "flipped bits were found by its checksums and put right; nothing is lost"
    FORCED = "commits behind a damaged frame were kept; what stands in that frame may be wrong"


class Checked(msgspec.Struct, frozen=True):
    """A log as it should be read: `data` differs from what was given if it is `MENDED` or `FORCED`."""

    condition: Condition
    data: bytes


class _Damaged(Exception):
    pass


def check_log(data: bytes) -> Checked:
    """Read every frame of the file; put right what can be."""
    if len(data) <= LOG_HEADER:
        return Checked(Condition.WHOLE, data)
    log = _Log(data)
    try:
        mended = log.mend_header()
    except _Damaged:
        log.forge_header()
        return Checked(Condition.FORCED, log.forced(0))
    while log.frames < log.fitting:
        try:
            mended += log.mend_frame()
        except _Damaged:
            commits = log.commits_from(log.frames)
            if len(commits) > 1:
                return Checked(Condition.FORCED, log.forced(log.frames))
            if commits and not log.is_stale_before(commits[0]):
                return Checked(Condition.DOUBTFUL, data)
            break
    return Checked(Condition.MENDED if mended else Condition.WHOLE, bytes(log.data))


class _Log:
    """`frames`: how many are sound, as far as is known; `seed`: the sum up to there; `fitting`: how many there are."""

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)
        self.frames = 0
        self.seed = (0, 0)
        self._read_header()

    def _read_header(self) -> None:
        magic, _, page = struct.unpack_from(">3I", self.data)
        self.order = ">" if magic & 1 else "<"
        self.page = page if 512 <= page <= 65_536 and page.bit_count() == 1 else 0
        self.salts = bytes(self.data[16:24])
        self.fitting = (len(self.data) - LOG_HEADER) // (_FRAME + self.page) if self.page else 0

    def mend_header(self) -> int:
        """How many bits were put right. Raises `_Damaged`."""
        stored, found = self._stored(24), _checksum(self.data[:24], self.order, (0, 0))
        if found == stored and self._is_header():
            self.seed = stored
            return 0
        for at, bit in _flips(bytes(self.data[:24]), self.order, found, stored):
            place = at if at < 24 else 24 + _in_big_endian(at - 24)
            self.data[place] ^= 1 << bit
            self._read_header()
            self.seed = self._stored(24)
            if self._is_header() and self.fitting and self._is_ours(0) and self._sum(LOG_HEADER) == self._stored(48):
                return 1
            self.data[place] ^= 1 << bit
        self._read_header()
        raise _Damaged

    def _is_header(self) -> bool:
        magic, version = struct.unpack_from(">2I", self.data)
        return (magic & ~1, version) == (_MAGIC, _VERSION) and self.page > 0

    def forge_header(self) -> None:
        """A header for the frames that follow it: only salts and page size matter, and each frame has the salts."""
        pages = (512 << n for n in range(8))
        found, salts, page = max((*self._repeated(page), page) for page in pages)
        self.page = page if found else self.page
        self.salts = salts if found else bytes(self.data[LOG_HEADER + 8 : LOG_HEADER + 16])
        self.fitting = (len(self.data) - LOG_HEADER) // (_FRAME + self.page) if self.page else 0
        struct.pack_into(">4I", self.data, 0, _MAGIC, _VERSION, self.page, 0)
        self.order = "<"
        self.data[16:24] = self.salts
        self.seed = _checksum(self.data[:24], "<", (0, 0))
        struct.pack_into(">2I", self.data, 24, *self.seed)

    def _repeated(self, page: int) -> tuple[int, bytes]:
        """How many frames share the log's salts if pages are this large, and these salts; 0 if that cannot be.

        The first that are found twice: the frames of an older log come behind those of this one.
        """
        places = range(LOG_HEADER + 8, len(self.data) - 8, _FRAME + page)
        counts = Counter(salts for place in places if any(salts := bytes(self.data[place : place + 8])))
        return next(((count, salts) for salts, count in counts.items() if count > 1), (0, b""))

    def mend_frame(self) -> int:
        """Take in the next frame; how many bits were put right. Raises `_Damaged`, also for one of an older log."""
        start = self._place(self.frames)
        stored, found = self._stored(start + 16), self._sum(start)
        mended = 0
        if not self._is_ours(self.frames):
            if found != stored:
                raise _Damaged
            self.data[start + 8 : start + 16] = self.salts  # the sum says that it follows the one before it
            mended = 1
        elif found != stored:
            places = _flips(self._content(start), self.order, found, stored)
            if len(places) != 1:
                raise _Damaged
            ((at, bit),) = places
            size = 8 + self.page
            place = at if at < 8 else _FRAME - 8 + at if at < size else 16 + _in_big_endian(at - size)
            self.data[start + place] ^= 1 << bit
            mended = 1
        self.seed = self._stored(start + 16)
        self.frames += 1
        return mended

    def commits_from(self, first: int) -> list[int]:
        """Frames from `first` on that belong to this log and end a transaction."""
        return [number for number in range(first, self.fitting) if self._is_ours(number) and self._ends(number)]

    def is_stale_before(self, commit: int) -> bool:
        """Whether a frame of the transaction that `commit` ends was never written: it is of an older log."""
        return not all(map(self._is_ours, range(self.frames, commit)))

    def forced(self, first: int) -> bytes:
        """The log with new checksums from `first` up to the last commit, so that SQLite reads all of it.

        A frame without a page that can be is left out: SQLite stops at page 0, as a block that was erased has it.
        """
        commits = self.commits_from(first)
        forced = self.data[: self._place(first)]
        for number in range(first, commits[-1] + 1 if commits else first):
            start = self._place(number)
            if 0 < self._stored(start)[0] <= self._stored(self._place(commits[-1]))[1]:
                self.data[start + 8 : start + 16] = self.salts
                self.seed = self._sum(start)
                struct.pack_into(">2I", self.data, start + 16, *self.seed)
                forced += self.data[start : self._place(number + 1)]
        return bytes(forced)

    def _place(self, number: int) -> int:
        return LOG_HEADER + number * (_FRAME + self.page)

    def _content(self, start: int) -> bytes:
        """What a frame's checksum covers: the page's number, the database's size after a commit, the page."""
        return bytes(self.data[start : start + 8] + self.data[start + _FRAME : start + _FRAME + self.page])

    def _stored(self, at: int) -> tuple[int, int]:
        first, second = struct.unpack_from(">2I", self.data, at)
        return first, second

    def _sum(self, start: int) -> tuple[int, int]:
        return _checksum(self._content(start), self.order, self.seed)

    def _is_ours(self, number: int) -> bool:
        start = self._place(number)
        return self.data[start + 8 : start + 16] == self.salts

    def _ends(self, number: int) -> bool:
        """Whether it says how large the database is after it."""
        start = self._place(number)
        return self.data[start + 4 : start + 8] != b"\0\0\0\0"


def _checksum(content: bytes | bytearray, order: str, seed: tuple[int, int]) -> tuple[int, int]:
    first, second = seed
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & _MASK
        second = (second + odd + first) & _MASK
    return first, second


def _flips(content: bytes, order: str, found: tuple[int, int], stored: tuple[int, int]) -> list[tuple[int, int]]:
    """Byte and bit of every flip that alone would explain the wrong sum; bytes behind the content are the sum's own,
    counted from the lowest.

    The sum is linear: a word that is too large by `e` makes it too large by `e` times a factor, which depends on the
    place of the word only. Of a word's upper eight bits only the lower bits of the factor show, and several places
    explain the same sum; the last word and the sum's own second look alike; elsewhere there is one place.
    """
    off = [(b - a) & _MASK for a, b in zip(found, stored, strict=True)]
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    places = []
    even, odd = (1, 1), (0, 1)
    for pair in range(len(words) // 2 - 1, -1, -1):
        for word, factor in ((2 * pair, even), (2 * pair + 1, odd)):
            for bit in range(32):
                error = -(1 << bit) if words[word] >> bit & 1 else 1 << bit
                if [factor[0] * error & _MASK, factor[1] * error & _MASK] == off:
                    places.append((4 * word + (bit // 8 if order == "<" else 3 - bit // 8), bit % 8))
        even, odd = _further(even), _further(odd)
    wrong = (found[0] ^ stored[0]) | (found[1] ^ stored[1]) << 32
    if wrong.bit_count() == 1:
        bit = wrong.bit_length() - 1
        places.append((len(content) + bit // 8, bit % 8))
    return places


def _in_big_endian(at: int) -> int:
    """Where the byte at this place of two little-endian words stands, if they are big-endian."""
    return at // 4 * 4 + 3 - at % 4


def _further(factor: tuple[int, int]) -> tuple[int, int]:
    """The factor one pair of words earlier."""
    first = (factor[0] + factor[1]) & _MASK
    return first, (factor[1] + first) & _MASK
