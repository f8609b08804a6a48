"""A batch's payload as single records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from operator import length_hint

PIECE = 48 << 10
"""Bytes: the records of so many are held at once. Of half as many, what a piece costs beside them is felt."""


def pieces(payload: bytes) -> Iterator[bytes]:
    """The newline-separated payload in even pieces of whole lines: each has some `PIECE` bytes until its last line."""
    size = ceil(len(payload) / max(1, round(len(payload) / PIECE)))
    begin = 0
    while begin < len(payload):
        end = payload.find(b"\n", begin + size - 1) + 1 or len(payload)
        yield payload[begin:end]
        begin = end


def alone(payload: bytes | Sequence[bytes]) -> bytes | None:
    """The record of a payload that is, with its newline, a single one in UTF-8; None: `Lines` says more."""
    if isinstance(payload, bytes):
        record = payload
        if payload.find(b"\n") + 1 not in (0, len(payload)):
            return None
    elif len(payload) == 1:
        record = payload[0]
    else:
        return None
    return record if record.isascii() or _is_utf8(record) else None


class Lines:
    """The records of one payload, by index.

    Newline-separated payloads: blank lines are numbered but are no records, and a carriage return before the newline
    is not part of the text. Records that are not UTF-8 (or empty, where each record came by itself) are in `bad` with
    a reason, and blank in `data` and `texts`. `whole`: the payload, if it is newline-separated and all of it UTF-8;
    `ascii`: whether it is all ASCII.
    """

    __slots__ = ("_bad", "_count", "_data", "_payload", "_raw", "_texts", "ascii", "separated", "whole")

    def __init__(self, payload: bytes | Sequence[bytes]) -> None:
        self._bad: dict[int, str] | None = None
        self._data: Sequence[bytes] | None = None
        self._texts: list[str] | None = None
        self._raw: Sequence[bytes] | None
        self._count: int | None
        self.whole: bytes | None
        if isinstance(payload, bytes):
            self.separated = True
            self.ascii = payload.isascii()
            self.whole = payload if self.ascii or _is_utf8(payload) else None
            self._payload = payload
            self._raw = self._count = None
        else:
            self.separated = self.ascii = False
            self.whole = None
            self._payload = b""
            self._raw, self._count = payload, len(payload)

    @property
    def bad(self) -> dict[int, str]:
        """See the class."""
        if self._bad is None:
            self._bad = {}
            if self.whole is None:
                self._data = self._blank_out(self._bad)
        return self._bad

    @property
    def plain(self) -> bool:
        """Whether Python's own `float` is as strict as ours on all of the payload."""
        return self.ascii and b"_" not in self._payload

    @property
    def clean(self) -> bool:
        """Whether `text` is lines, one or more, without carriage returns."""
        return bool(self.whole) and b"\r" not in self._payload

    @property
    def text(self) -> str:
        """A payload that is `whole`."""
        assert self.whole is not None  # noqa: S101 -- for the type checker
        return self.whole.decode()

    @property
    def count(self) -> int:
        """How many records there are, blank lines among them."""
        if self._count is None:
            payload = self._payload
            self._count = newlines(payload) + (not payload.endswith(b"\n") and bool(payload))
        return self._count

    def counted(self, count: int) -> None:
        """Somebody has seen by the way how many there are."""
        self._count = count

    def flat(self) -> bool:
        """Whether a `}` stands at the end of each line of the payload, and nowhere else."""
        payload = self._payload
        joined = payload.replace(b"\n", b"")
        if joined.replace(b"}", b"}\n") != payload:
            return False
        self.counted(len(payload) - len(joined))
        return True

    def apart(self) -> bool:
        """Whether each line of it but the first begins with a `{`, right behind a `}` that ends the last."""
        payload = self._payload
        border = b"}\r\n{" if payload.endswith(b"\r\n") else b"}\n{"
        return payload.count(border) == self.count - 1

    @property
    def raw(self) -> Sequence[bytes]:
        """The records as they came."""
        if self._raw is None:
            raw = self._payload.split(b"\n")
            if not raw[-1]:
                raw.pop()
            self._raw, self._count = raw, len(raw)
        return self._raw

    @property
    def data(self) -> Sequence[bytes]:
        """The records; those in `bad` are blank."""
        if self.whole is not None:
            return self.raw
        self.bad  # noqa: B018 -- which blanks them out
        assert self._data is not None  # noqa: S101 -- for the type checker
        return self._data

    @property
    def texts(self) -> list[str]:
        """The records as text."""
        if self._texts is None:
            self._texts = self._split() if self.whole is not None else [record.decode() for record in self.data]
            if b"\r" in self._payload:
                self._texts = [text.removesuffix("\r") for text in self._texts]
        return self._texts

    def _split(self) -> list[str]:
        """The lines of a payload that is `whole`: decoded together, several times faster than one by one."""
        texts = self.text.split("\n")
        if not texts[-1]:
            texts.pop()
        return texts

    def index(self, feed: Iterator[object]) -> int:
        """The index of the record that `feed`, an iterator over `data` or `texts`, gave last."""
        return self.count - length_hint(feed) - 1

    def _blank_out(self, bad: dict[int, str]) -> list[bytes]:
        data = list(self.raw)
        for index, record in enumerate(data):
            if not record and not self.separated:
                bad[index] = "the record is empty"
            elif not _is_utf8(record):
                data[index] = b""
                bad[index] = "the record is not valid UTF-8"
        return data


def newlines(data: bytes) -> int:
    """How many there are: `bytes.count` takes two and a half times as long."""
    return len(data) - len(data.replace(b"\n", b""))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
