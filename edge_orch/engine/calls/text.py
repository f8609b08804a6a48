"""Functions of text."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from math import inf

from edge_orch.plan.backtracking import longest_text


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


MOST_MADE = 10_000_000
"""Characters that `replace` and `regexp_replace` make: two fields of a record must not fill the memory together."""
MOST_MATCHES = 250_000
"""Matches that `regexp_replace` fills in one by one: half a second on a loaded machine."""


def replace(text: str, old: str, new: str) -> str | None:
    """All occurrences replaced; an empty `old` replaces nothing; NULL where that grows beyond `MOST_MADE`."""
    if not old:
        return text
    growth = len(new) - len(old)
    if growth > 0 and len(text) * growth > MOST_MADE and len(text) + text.count(old) * growth > MOST_MADE:
        return None
    return text.replace(old, new)


def concat(*texts: str) -> str:
    """One text of several."""
    return "".join(texts)


def regexp_like(text: str, pattern: str) -> bool | None:
    """Whether the pattern matches somewhere; False for a pattern that is none, NULL for a text too long for it."""
    compiled = _compiled(pattern)
    if compiled is None:
        return False
    expression, limit = compiled
    return expression.search(text) is not None if len(text) <= limit else None


def regexp_extract(text: str, pattern: str, group: int = 0) -> str | None:
    """What a group of the first match holds; NULL without match or such a group, and for a text too long for it."""
    compiled = _compiled(pattern)
    match = compiled[0].search(text) if compiled is not None and len(text) <= compiled[1] else None
    if match is None or not 0 <= group <= match.re.groups:
        return None
    found: str | None = match[group]
    return found


def matches(text: str, pattern: str, group: int = 0) -> list[str | None] | None:
    """What a group of each match holds; NULL without such a group, and for a text too long for the pattern."""
    compiled = _compiled(pattern)
    if compiled is None or len(text) > compiled[1] or not 0 <= group <= compiled[0].groups:
        return None
    return [match[group] for match in compiled[0].finditer(text)]


def like(text: str, pattern: str) -> bool:
    """SQL's LIKE: `%` any characters, `_` one, `\\` before either itself."""
    return like_pattern(pattern).fullmatch(text) is not None


@lru_cache(maxsize=256)
def like_pattern(pattern: str) -> re.Pattern[str]:
    """The regular expression of a LIKE pattern, which takes time linear in the text.

    What stands between two `%` is looked for once, where it comes first: `(?>…)` never goes back to look again.
    """
    pieces = [""]
    for part in re.findall(r"\\.|.", pattern, re.DOTALL):
        if part == "%":
            pieces.append("")
        else:
            pieces[-1] += "." if part == "_" else re.escape(part[-1])
    if len(pieces) == 1:
        return re.compile(pieces[0], re.DOTALL)
    first, *middle, last = pieces
    return re.compile(first + "".join(f"(?>.*?{piece})" for piece in middle if piece) + f".*{last}", re.DOTALL)


LONGEST = 10_000
"""Characters that `lpad`, `rpad` and `repeat` make: a number in a record must not fill the memory."""


def lpad(text: str, length: int, fill: str) -> str | None:
    """The text cut to `length` characters, or filled up before it; NULL where there is nothing to fill it with."""
    padding = _padding(text, length, fill)
    return None if padding is None else padding + text[: max(length, 0)]


def rpad(text: str, length: int, fill: str) -> str | None:
    """The text cut to `length` characters, or filled up behind it; NULL where there is nothing to fill it with."""
    padding = _padding(text, length, fill)
    return None if padding is None else text[: max(length, 0)] + padding


def _padding(text: str, length: int, fill: str) -> str | None:
    missing = length - len(text)
    if missing <= 0:
        return ""
    if not fill or length > LONGEST:
        return None
    return (fill * (missing // len(fill) + 1))[:missing]


def left(text: str, number: int) -> str:
    """The first characters; with a negative number all but so many of the last."""
    return text[:number]


def right(text: str, number: int) -> str:
    """The last characters; with a negative number all but so many of the first."""
    return text[-number:] if number else ""


def reverse(text: str) -> str:
    """Its characters from the last to the first."""
    return text[::-1]


def repeat(text: str, number: int) -> str | None:
    """The text so many times; NULL where that is too long."""
    return text * number if len(text) * number <= LONGEST else None


def strpos(text: str, part: str) -> int:
    """Where the part begins, counted from 1; 0 where it is not."""
    return text.find(part) + 1


def regexp_replace(text: str, pattern: str, new: str, options: str = "") -> str | None:
    """The first match replaced, every one with the option `g`; `\\1` in `new` is a group, `\\0` the match.

    NULL for a text too long for the pattern, and beyond `MOST_MADE` characters or `MOST_MATCHES`.
    """
    compiled = _compiled(pattern)
    if compiled is None:
        return text
    expression, limit = compiled
    if len(text) > limit:
        return None
    parts = [(part[:1] == "\\", part[-1]) for part in re.findall(r"\\[0-9\\]|.", new, re.DOTALL)]

    most = 0 if "g" in options else 1
    if not any(escaped and part != "\\" for escaped, part in parts):
        same = "".join(part for _, part in parts)
        if (len(text) + 1) * len(same) <= MOST_MADE:
            return expression.sub(same.replace("\\", r"\\"), text, count=most)
    made = matches = 0

    def replacement(match: re.Match[str]) -> str:
        nonlocal made, matches
        groups = match.re.groups
        found = "".join(
            part if not escaped or part == "\\" else (match[int(part)] or "") if int(part) <= groups else ""
            for escaped, part in parts
        )
        made, matches = made + len(found), matches + 1
        if made > MOST_MADE or matches > MOST_MATCHES:
            raise OverflowError
        return found

    try:
        return expression.sub(replacement, text, count=most)
    except OverflowError:
        return None


def md5(text: str) -> str:
    """The digest of the UTF-8 bytes, in hexadecimal: for keys, not for protection."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def sha1(text: str) -> str:
    """The SHA-1 of its UTF-8 bytes in hexadecimal: an identifier, no protection."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def sha512(text: str) -> str:
    """The SHA-512 of its UTF-8 bytes in hexadecimal."""
    return hashlib.sha512(text.encode()).hexdigest()


def to_base64(text: str) -> str:
    """Base64 of the UTF-8 bytes."""
    return base64.b64encode(text.encode()).decode()


def from_base64(text: str) -> str | None:
    """The text whose UTF-8 bytes these are in Base64; NULL if they are not."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        return None


def base64_to_hex(text: str) -> str | None:
    """The bytes in hexadecimal; NULL for what is no Base64."""
    try:
        return base64.b64decode(text, validate=True).hex().upper()
    except ValueError:
        return None


_PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_ENCODED = [chr(byte) if chr(byte) in _PLAIN else f"%{byte:02X}" for byte in range(256)]


def url_encode(text: str) -> str:
    """All but letters, digits and `-._~` as % and two hexadecimal digits for each byte of UTF-8."""
    return "".join(map(_ENCODED.__getitem__, text.encode()))


def _bytes(run: re.Match[bytes]) -> bytes:
    return bytes.fromhex(run[0].replace(b"%", b"").decode())


def url_decode(text: str) -> str | None:
    """The text of which these are the percent-encoded bytes; NULL if they are no UTF-8."""
    try:
        return re.sub(b"(?:%[0-9A-Fa-f]{2})+", _bytes, text.encode()).decode()
    except ValueError:
        return None


def sha256(text: str) -> str:
    """The digest of the UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> tuple[re.Pattern[str], float] | None:
    """The pattern, and the longest text that it may see."""
    try:
        limit = longest_text(pattern, anywhere=True)
        return re.compile(pattern), inf if limit is None else limit
    except (re.error, RecursionError, OverflowError):
        return None
