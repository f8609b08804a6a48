"""What is wrong with a regular expression, in the words of who wrote it: Python's own speak of subpatterns."""

from __future__ import annotations

import re
import warnings

import msgspec

from edge_orch.plan.backtracking import FOREVER, longest_text

_EXPECTED = "a regular expression as Python reads it, like '[a-z]+-[0-9]+'"

_ITSELF = "where one of . * + ? ( ) [ ] is meant as itself, write a backslash before it"
_BACKTRACKING = (
    "no repetition inside another, or beside more than two others, may match the same text: write [^,]* instead of .*"
)
_GROUP = "a named group is (?P<name>…)"
# How Python's message begins → what is wrong, and the next step.
_MISTAKES = (
    ("missing ), unterminated", "a ( is not closed", "close it, or write \\( if the bracket itself is meant"),
    ("unbalanced parenthesis", "a ) closes nothing", "remove it, or write \\) if the bracket itself is meant"),
    ("unterminated character set", "a [ is not closed", "close it, or write \\[ if the bracket itself is meant"),
    ("nothing to repeat", "there is nothing to repeat", "for any text, write .*; for the character itself, \\*"),
    ("multiple repeat", "a repetition is repeated", _ITSELF),
    ("min repeat greater", "the least number of times is greater than the most", "write {2,5}"),
    ("unknown extension ?<", "(?< begins no group", _GROUP),
    ("unknown extension", "(? begins nothing that is known", _GROUP),
    ("missing group name", "a group has no name", _GROUP),
    ("bad character in group name", "not the name of a group", "letters, digits and _: (?P<name>…)"),
    ("redefinition of group name", "a name of a group stands twice", "give each group a name of its own"),
    ("unknown group name", "no group has that name", _GROUP),
    ("invalid group reference", "there is no group of that number", "groups are counted from 1"),
    (
        "look-behind requires",
        "what stands behind (?<= may have several lengths",
        "use a group, and name it: (?P<name>…)",
    ),
    ("bad escape", "a backslash before a letter that means nothing", "write the characters that are meant: [A-Za-z]"),
    ("bad character range", "a range runs backwards", "write the lesser character first, or put the - at the end"),
    ("global flags not at the start", "flags stand inside", "write them first, as in (?i)warn"),
)


class RegexMistake(msgspec.Struct, frozen=True):
    """What is wrong, the next step, and the index of the character at which it goes wrong."""

    what: str
    next_step: str
    at: int = 0
    expected: str = _EXPECTED


def regex_mistake(pattern: str, *, anywhere: bool = False) -> RegexMistake | None:
    """What is wrong with `pattern`, which must match the whole text or, with `anywhere`, some part of it."""
    if posix := re.search(r"\[:\^?[a-z]+:\]", pattern):
        next_step = "write the characters that are meant: [A-Za-z0-9_]"
        return RegexMistake(f"not a regular expression: {posix[0]} means nothing here", next_step, posix.start())
    if doubled := re.search(r"(?<!\\)\\\\([dwsDWS])[+*{]", pattern):
        what = f"`{doubled[0][:3]}` is a backslash and letters"
        return RegexMistake(
            what, f"write \\{doubled[1]}: outside double quotes a backslash stands once", doubled.start()
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
            forever = longest_text(pattern, anywhere=anywhere) == FOREVER
    except re.error as error:
        told = ((what, step) for begins, what, step in _MISTAKES if error.msg.startswith(begins))
        what, next_step = next(told, (error.msg, _ITSELF))
        return RegexMistake(f"not a regular expression: {what}", next_step, error.pos or 0)
    except (OverflowError, RecursionError):
        return RegexMistake("not a regular expression: too large", "repeat less often and nest less deeply")
    return RegexMistake("a regular expression that can take for ever", _BACKTRACKING, expected="") if forever else None
