"""What cuts a text: an atomic group that ends at the first of some letters, `(?>.*?; )`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_MOST = import_module("re._parser").MAXREPEAT


def letters_sought(group: Any) -> list[Any]:
    """The letters at which the group ends, as the parser has them; none of other groups.

    It may end at several of the same, `(?>.*?(?:; )+)`.
    """
    passed, *text = group
    while str(passed[0]) == "SUBPATTERN" and len(passed[1][3]) == 1:
        passed = passed[1][3][0]
    if len(text) == 1 and str(text[0][0]) == "MAX_REPEAT" and text[0][1][0] == 1:
        text = list(text[0][1][2])
        text = list(text[0][1][3]) if str(text[0][0]) == "SUBPATTERN" else text
    if (
        str(passed[0]) != "MIN_REPEAT"
        or passed[1][:2] != (0, _MOST)
        or [str(each[0]) for each in passed[1][2]] != ["ANY"]
    ):
        return []
    return text if all(str(operator) == "LITERAL" for operator, _ in text) else []
