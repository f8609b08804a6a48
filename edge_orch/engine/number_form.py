"""Forms of numbers in regular expressions, and which of them texts have that JSON takes for numbers.

A text that JSON takes for a number has digits, before them perhaps a minus, behind them perhaps a point and more
digits, and then perhaps an exponent.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from itertools import product
from typing import Any, NamedTuple

from edge_orch.plan.characters import characters

_parser: Any = import_module("re._parser")  # what the standard library itself compiles from; it has no public name
_SIGNS = {"": False, "-?": True, "[-+]?": True, "[+-]?": True}
_FRACTIONS = {"": False, r"\.{0}+": True, r"(?:\.{0}+)?": None, r"\.?{0}*": None}
_SETS = {r"[\d.]+": False, "[0-9.]+": False, r"[-\d.]+": True, r"[\d.-]+": True, "[-0-9.]+": True, "[0-9.-]+": True}
_TAKEN = sum(1 << ord(one) for one in "+-.0123456789")
_FOREIGN = "eE \t\n\r"
"""What JSON takes in and around numbers, and none of these forms does."""


class NumberForm(NamedTuple):
    """An expression takes at least the texts that JSON takes, without exponent, with a minus if there may be one, and
    with a point: True: always, False: never, None: perhaps. `taken`: the characters of all that it takes.
    """

    minus: bool
    point: bool | None
    taken: int

    def has(self, joined: str, count: int) -> bool:
        """Whether the expression takes each of these texts; JSON takes them. They are joined by commas."""
        if any(map(joined.__contains__, _FOREIGN)) or (not self.minus and "-" in joined):
            return False
        return self.point is None or joined.count(".") == (count if self.point else 0)


def number_form(body: Sequence[Any]) -> NumberForm | None:
    """The form of a part of a tree of `re`'s parser; None: it has none of these."""
    return _forms().get(repr(list(body)))


@cache
def _forms() -> dict[str, NumberForm]:
    spaceless = characters("IN", _parser.parse(r"\S")[0][1], dot_all=False, ascii_only=False)
    written = {r"\S+": NumberForm(True, None, spaceless)}
    written |= {text: NumberForm(minus, None, _TAKEN) for text, minus in _SETS.items()}
    for digit, (sign, minus), (fraction, point) in product((r"\d", "[0-9]"), _SIGNS.items(), _FRACTIONS.items()):
        written[f"{sign}{digit}+{fraction.replace('{0}', digit)}"] = NumberForm(minus, point, _TAKEN)
    return {repr(list(_parser.parse(text))): form for text, form in written.items()}
