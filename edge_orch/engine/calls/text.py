"""Functions of text."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache


def substr(text: str, start: int, length: int | None = None) -> str:
    """Characters from `start`, counted from 1 (or from the end if negative), at most `length` of them.

    Places before the first character count, as in SQL: substr('abc', 0, 2) is 'a'.
    """
    begin = start - 1 if start >= 0 else len(text) + start
    end = len(text) if length is None else begin + length
    return text[max(begin, 0) : max(end, begin, 0)]


def split_part(text: str, separator: str, number: int) -> str:
    """The part of that number, counted from 1; empty when there is none."""
    parts = text.split(separator) if separator else [text]
    return parts[number - 1] if 1 <= number <= len(parts) else ""


def replace(text: str, old: str, new: str) -> str:
    """All occurrences replaced; an empty `old` replaces nothing."""
    return text.replace(old, new) if old else text


def concat(*texts: str) -> str:
    """One text of several."""
    return "".join(texts)


def regexp_like(text: str, pattern: str) -> bool:
    """Whether the pattern matches somewhere; False for a pattern that is none."""
    compiled = _compiled(pattern)
    return compiled is not None and compiled.search(text) is not None


def regexp_extract(text: str, pattern: str, group: int = 0) -> str | None:
    """What a group of the first match holds; NULL without match or such a group."""
    compiled = _compiled(pattern)
    match = compiled.search(text) if compiled is not None else None
    if match is None or not 0 <= group <= match.re.groups:
        return None
    found: str | None = match[group]
    return found


def like(text: str, pattern: str) -> bool:
    """SQL's LIKE: `%` any characters, `_` one, `\\` before either itself."""
    return like_pattern(pattern).fullmatch(text) is not None


@lru_cache(maxsize=256)
def like_pattern(pattern: str) -> re.Pattern[str]:
    """The regular expression of a LIKE pattern."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    meanings = {"%": ".*", "_": "."}
    return re.compile("".join(meanings.get(part) or re.escape(part[-1]) for part in parts), re.DOTALL)


def sha256(text: str) -> str:
    """The digest of the UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return None
