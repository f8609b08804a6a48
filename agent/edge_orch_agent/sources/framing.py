"""Where records end in a stream of bytes. Pure: bytes in, records out; what is not whole yet is kept."""

from __future__ import annotations

import re
from typing import Protocol

LONGEST = 1 << 20
"""Bytes: a longer run without an end is handed on as one record."""
_COUNT = re.compile(rb"([1-9]\d{0,8})(?: |\Z)")


class Framing(Protocol):
    """Cuts one connection's bytes."""

    def feed(self, data: bytes) -> list[bytes]:
        """The records that are whole now, without what ends them; empty ones are none."""
        ...

    def finish(self) -> list[bytes]:
        """The stream has ended: what is left, if anything."""
        ...


class LineFraming:
    """Records end with a newline."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The whole lines."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) >= LONGEST:
            whole.append(self._rest)
            self._rest = b""
        return [line for line in whole if line]

    def finish(self) -> list[bytes]:
        """The last line, if it had no newline."""
        rest, self._rest = self._rest, b""
        return [rest] if rest else []


class SyslogFraming:
    """RFC 6587: a record is `LENGTH SP RECORD`, or, where no length stands, ends with a newline. Told apart each time.

    A length beyond `LONGEST` is no length.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The whole records."""
        rest, start, records = self._rest + data, 0, []
        while start < len(rest):
            match = _COUNT.match(rest, start)
            length = int(match[1]) if match else LONGEST + 1
            if match and length <= LONGEST:
                record, end = rest[match.end() : match.end() + length], match.end() + length
                whole = end <= len(rest) and match[0].endswith(b" ")
            else:
                end = rest.find(b"\n", start, start + LONGEST) + 1
                whole = end > 0 or len(rest) - start >= LONGEST
                record, end = (rest[start : end - 1], end) if end else (rest[start : start + LONGEST], start + LONGEST)
            if not whole:
                break
            start = end
            if record := record.rstrip(b"\n"):
                records.append(record)
        self._rest = rest[start:]
        return records

    def finish(self) -> list[bytes]:
        """What is left: a record that was cut off, with its length if it had one."""
        rest, self._rest = self._rest, b""
        return [rest] if rest else []


FRAMINGS: dict[str, type[LineFraming] | type[SyslogFraming]] = {"lines": LineFraming, "syslog": SyslogFraming}
