"""A batch's payload as single records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import length_hint

from edge_orch.engine.texts import is_plain


class Lines:
    """The records of one payload, by index.

    Newline-separated payloads: blank lines are numbered but are no records, and a carriage return before the newline
    is not part of the text. Records that are not UTF-8 (or empty, where each record came by itself) are in `bad` with
    a reason, and blank in `data` and `texts`.
    """

    def __init__(self, payload: bytes | Sequence[bytes]) -> None:
        self.bad: dict[int, str] = {}
        self.separated = isinstance(payload, bytes)
        self._texts: list[str] | None = None
        if isinstance(payload, bytes):
            self.raw: Sequence[bytes] = payload.split(b"\n")
            if not self.raw[-1]:
                self.raw.pop()
            self.plain = is_plain(payload)
            valid = self.plain or _is_utf8(payload)
        else:
            self.raw = payload
            self.plain = valid = False
            self.bad = {index: "the record is empty" for index, record in enumerate(payload) if not record}
        self.data: Sequence[bytes] = self.raw if valid else self._blank_out()
        self.count = len(self.raw)

    @property
    def texts(self) -> list[str]:
        """The records as text."""
        if self._texts is None:
            texts = [record.decode() for record in self.data]
            if self.separated:
                texts = [text.removesuffix("\r") for text in texts]
            self._texts = texts
        return self._texts

    def index(self, feed: Iterator[object]) -> int:
        """The index of the record that `feed`, an iterator over `data` or `texts`, gave last."""
        return self.count - length_hint(feed) - 1

    def _blank_out(self) -> list[bytes]:
        data = list(self.raw)
        for index, record in enumerate(data):
            if not _is_utf8(record):
                data[index] = b""
                self.bad[index] = "the record is not valid UTF-8"
        return data


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
