"""Sentences that many readers share: lists of names, and «did you mean»."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

REGEX = "a regular expression as Python reads it, like '[a-z]+-[0-9]+'"
"""What is expected where a regular expression stands."""

MEND_REGEX = r"where one of . * + ? ( ) [ ] is meant as itself, write a backslash before it"
"""What most often mends one that cannot be read."""

TAKES_FOREVER = "a regular expression that can take for ever"
"""What is wrong with one whose time grows exponentially, or with a high power, of the text."""

MEND_BACKTRACKING = (
    "no repetition inside another, or beside more than two others, may match the same text: write [^,]* instead of .*"
)
"""What most often mends one that takes for ever."""


def names(words: Iterable[str]) -> str:
    """`a, b, c`, sorted; `none` when there are none."""
    return ", ".join(sorted(words)) or "none"


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """`did you mean `x`?` for the known word nearest to `word`, else `otherwise`."""
    by_lower = {name.lower(): name for name in sorted(known, reverse=True)}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"did you mean `{by_lower[near[0]]}`?" if near else otherwise
