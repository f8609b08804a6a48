"""JSON lines → objects: a whole payload in one call where that surely says the same as line by line.

`msgspec`'s `decode_lines` is faster than a call a line, but sees no lines: it takes several objects on one, and one
object over several. It says the same as line by line if

 1. it finds as many objects as there are lines, and
 2. in no line does a `{` come behind a `}`, be it in a text or not.

For by 2 no line can have the beginnings of two objects, since the first would have ended in between; by 1 then each has
one. And an object that went on in the next line would end there before the one that begins there, against 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from edge_orch.engine.lines import Lines

DECODE_ERRORS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

FEWEST = 1024  # bytes: for fewer a look at the whole costs more than it saves
MOST_SKIPPED = 63


class LineDecoder:
    """Decodes the lines of payloads to one type of struct.

    A payload that did not do as a whole has cost the attempt: after each in a row twice as many are not tried. That
    changes how long it takes, and nothing else.
    """

    def __init__(self, type_: Any) -> None:
        decoder = msgspec.json.Decoder(type_)
        self._one = decoder.decode
        self._all = decoder.decode_lines
        self._skip = 0
        self._skipped = 0

    def begin(self, lines: Lines) -> tuple[Iterator[object], Iterator[Any]]:
        """An iterator that tells how far one is (`Lines.index`), and one over the objects.

        The second raises one of `DECODE_ERRORS` for a line that is no such object, and goes on behind it.
        """
        if self._skip:
            self._skip -= 1
        elif lines.size >= FEWEST:
            objects = self._together(lines)
            if objects is not None and len(objects) == lines.count:
                self._skipped = 0
                feed = iter(objects)
                return feed, feed
            self._skip = self._skipped = min(2 * self._skipped + 1, MOST_SKIPPED)
        single = iter(lines.data)
        return single, map(self._one, single)

    def _together(self, lines: Lines) -> list[Any] | None:
        if not lines.apart() or lines.whole is None:
            return None
        try:
            return self._all(lines.whole)
        except DECODE_ERRORS:
            return None
