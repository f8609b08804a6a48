"""Sets of characters of a regular expression, as bits: one for each of Latin-1, four for classes of all the others."""

from __future__ import annotations

from typing import Any

_DIGIT, _SPACE, _WORD, _REST = (1 << place for place in range(256, 260))
_OTHERS = _DIGIT | _SPACE | _WORD | _REST
ANY = (1 << 260) - 1
_NEWLINE = 1 << ord("\n")
_LATIN = [chr(code) for code in range(256)]


def _of(accepts: Any, *, ascii_only: bool) -> int:
    return sum(1 << ord(one) for one in _LATIN if (one.isascii() or not ascii_only) and accepts(one))


def _classes(*, ascii_only: bool) -> dict[str, int]:
    found = {
        "DIGIT": _of(str.isdecimal, ascii_only=ascii_only) | (0 if ascii_only else _DIGIT),
        "SPACE": _of(str.isspace, ascii_only=ascii_only) | (0 if ascii_only else _SPACE),
        "WORD": _of(lambda one: one.isalnum() or one == "_", ascii_only=ascii_only)
        | (0 if ascii_only else _DIGIT | _WORD),
    }
    return found | {f"NOT_{name}": ANY & ~bits for name, bits in found.items()}


_CLASSES = {ascii_only: _classes(ascii_only=ascii_only) for ascii_only in (False, True)}


def characters(operator: str, argument: Any, *, dot_all: bool, ascii_only: bool) -> int:
    """What an operator of `re`'s parser that takes one character may take."""
    if operator == "ANY":
        return ANY if dot_all else ANY & ~_NEWLINE
    if operator == "NOT_LITERAL":
        return ANY & ~(1 << argument) if argument < 256 else ANY
    if operator == "IN":
        return _listed(argument, ascii_only=ascii_only)
    return _one(argument)


def folded(bits: int) -> int:
    """The set, and the other case of its letters; beyond Latin-1 they have relatives, such as the Kelvin sign."""
    letters = [one for one in _LATIN if one.isalpha() and bits >> ord(one) & 1]
    for one in letters:
        for other in one.lower() + one.upper():
            bits |= _one(ord(other))
    return bits | _WORD if letters else bits


def _one(code: int) -> int:
    if code < 256:
        return 1 << code
    one = chr(code)
    if one.isdecimal():
        return _DIGIT
    return _SPACE if one.isspace() else _WORD if one.isalnum() else _REST


def _listed(items: Any, *, ascii_only: bool) -> int:
    perhaps = surely = 0  # of a class beyond Latin-1 a single character is not all
    negated = False
    for kind, argument in items:
        match str(kind):
            case "NEGATE":
                negated = True
            case "CATEGORY":
                bits = _CLASSES[ascii_only][str(argument).removeprefix("CATEGORY_")]
                perhaps, surely = perhaps | bits, surely | bits
            case "RANGE":
                low, high = argument
                latin = sum(1 << code for code in range(low, min(high, 255) + 1))
                perhaps, surely = perhaps | latin | (_OTHERS if high > 255 else 0), surely | latin
            case _:
                perhaps |= _one(argument)
                surely |= 1 << argument if argument < 256 else 0
    return ANY & ~surely if negated else perhaps
