"""JSON lines → objects: a whole payload in one call where that surely says the same as line by line.

`msgspec`'s `decode_lines` is faster than a call a line, but sees no lines: it takes several objects on one, and one
object over several. It says the same as line by line if it finds as many objects as there are lines, and

 1. a `}` stands at the end of each line, and nowhere else (`Lines.flat`), or
 2. each line but the first begins with a `{`, right behind a `}` that ends the line before (`Lines.apart`).

For by 1 there are as many `}` as lines, and so as objects. Each object has one, which ends it; none can have another.
What stands between two of them is therefore an object, and a line.

By 2 no object goes on in the next line, since within an object no `{` comes behind a `}` and a newline: not outside of
its texts, where only `,` `]` `}` may follow, nor inside of them, where `msgspec` refuses newlines. So every line holds
whole objects, and because of its braces at least one; as many as there are lines are one each.

The first is the faster look, and enough for flat objects; the second takes nested ones, and braces in texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from edge_orch.engine.fields import one_line
from edge_orch.engine.lines import Lines

DECODE_ERRORS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

FEWEST = 1024  # bytes: for fewer a look at the whole costs more than it saves
MOST_SKIPPED = 63


class LineDecoder:
    """Decodes the lines of payloads to one type of struct.

    A payload that did not do as a whole has cost the attempt: after each in a row twice as many are not tried. That
    changes how long it takes, and nothing else.
    """

    def __init__(self, type_: Any, *, beside: bool = False) -> None:
        """`beside`: each object comes in a pair, with its text before it; then it is line by line."""
        decoder = msgspec.json.Decoder(type_)
        self._beside = beside
        self._one = _with_text(decoder.decode) if beside else decoder.decode
        self._all = decoder.decode_lines
        self._skip = 0
        self._skipped = 0

    def begin(self, lines: Lines) -> tuple[Iterator[object], Iterator[Any]]:
        """An iterator that tells how far one is (`Lines.index`), and one over the objects.

        The second raises one of `DECODE_ERRORS` for a line that is no such object, and goes on behind it.
        """
        whole = lines.whole
        if whole is None or len(whole) < FEWEST or self._beside:
            pass
        elif self._skip:
            self._skip -= 1
        else:
            objects = self._together(lines, whole)
            if objects is not None and len(objects) == lines.count:
                self._skipped = 0
                feed = iter(objects)
                return feed, feed
            self._skip = self._skipped = min(2 * self._skipped + 1, MOST_SKIPPED)
        single = iter(lines.raw if whole is not None else lines.data)
        return single, map(self._one, single)

    def _together(self, lines: Lines, whole: bytes) -> list[Any] | None:
        if not (lines.flat() or lines.apart()):
            return None
        try:
            return self._all(whole)
        except DECODE_ERRORS:
            return None


def _with_text(decode: Callable[[bytes], Any]) -> Callable[[bytes], tuple[str, Any]]:
    def pair(line: bytes) -> tuple[str, Any]:
        found = decode(line)
        return one_line(line), found

    return pair
