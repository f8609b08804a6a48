"""Regular expressions that users wrote, at work: none sees a text so long that it could hang."""

from __future__ import annotations

import re
from collections.abc import Callable

from edge_orch.plan.backtracking import longest_text

_AS_IT_IS = re.compile(r"\(\?[aiLmsux-]|\\[sS]")

Match = Callable[[str], re.Match[str] | None]


def too_long(pattern: str) -> str:
    """The reason why a text is not matched at all."""
    return f"is longer than {longest_text(pattern)} characters, too long for an expression that backtracks"


def of_ascii(pattern: str) -> re.Pattern[str]:
    """The pattern for texts that are ASCII: it says the same of them, and mostly sooner.

    Classes such as digits are then what they are among ASCII. A pattern with flags of its own is left as it is: where
    case is ignored, a letter beyond ASCII may stand for one of it. So is one with spaces, for only Unicode takes the
    separators \\x1c to \\x1f for such.
    """
    return re.compile(pattern) if _AS_IT_IS.search(pattern) else re.compile(pattern, re.ASCII)


def whole_matcher(pattern: str) -> Match:
    """`fullmatch` of the pattern. Raises `ValueError` with a reason for a text that is too long for it."""
    match, limit = re.compile(pattern).fullmatch, longest_text(pattern)
    if limit is None:
        return match

    def bounded(text: str) -> re.Match[str] | None:
        if len(text) > limit:
            raise ValueError(too_long(pattern))
        return match(text)

    return bounded
