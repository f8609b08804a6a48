"""A user's regular expression → one that reads all lines of a text in one call.

Its `split` gives, for each line that matches, the texts of the groups, and what stands between two such lines: a list
whose every so many texts are a column. The groups hold what they do after a `fullmatch` of the line alone, because
 1. nothing in the expression takes a newline any more, and no line has one within: no match leaves its line;
 2. `^` and `$` mean at a newline what they mean at the ends of a text; what looks further is not taken on;
 3. of two ways to match, `split` and `fullmatch` try the same one first;
 4. it begins and ends with a line, so that whole lines stand between two matches: those that do not match.

For text that is all ASCII, classes of characters are written out: `re` then finds them several times faster.

Of groups that are numbers, a form that is read sooner still: all up to the character that comes next. It says more than
the expression. Where it matches all lines, and each such text is what its group takes, it says the same: the way that
it found is one of the expression, and any that the expression tries before would have been one of its own.

A repetition that cannot go wrong becomes possessive, which spares `re` the places it would go back to. It cannot if the
next character always tells whether to go on: what it repeats begins with none that may follow it, and does itself not
go wrong. Then whatever it gave back could not be matched by anything else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from edge_orch.engine.number_form import NumberForm, number_form
from edge_orch.plan.characters import ANY, characters

_parser: Any = import_module("re._parser")  # what the standard library itself compiles from; it has no public name
_NEWLINE = 1 << ord("\n")
_LONGEST = 32
"""Characters of a number that is read up to what comes next: a bound to how far that is looked for."""
_CHARACTERS = {"LITERAL", "NOT_LITERAL", "ANY", "IN"}
_CLASSES = {
    False: {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w", "NOT_DIGIT": r"\D", "NOT_SPACE": r"\S", "NOT_WORD": r"\W"},
    True: {
        "DIGIT": "0-9",
        "SPACE": r" \t-\r\x1c-\x1f",
        "WORD": "a-zA-Z0-9_",
        "NOT_DIGIT": r"\0-/:-\x7f",
        "NOT_SPACE": r"!-\x7f\0-\x08\x0e-\x1b",
        "NOT_WORD": r"\0-/:-@\[-\^`{-\x7f",
    },
}
"""Inside of brackets, for any text and for text that is ASCII."""
_OPPOSITE = {"SPACE": "NOT_SPACE", "NOT_DIGIT": "DIGIT", "NOT_WORD": "WORD"}


class _Unfit(Exception):
    """The expression has something that is not taken on."""


class LinePattern(NamedTuple):
    """What to compile with `re.MULTILINE`; the groups that it captures, in order; those that a match always sets;
    `loose`: those that are read up to what comes next, and the form that their texts must have.
    """

    text: str
    groups: list[int]
    always: set[int]
    loose: dict[int, NumberForm]


class _Part(NamedTuple):
    """A part's text; what it may begin with; whether it may be empty; whether it is in vain to go back into it."""

    text: str
    first: int
    empty: bool
    settled: bool


def line_pattern(
    pattern: str, groups: Collection[int], *, ascii_only: bool, numbers: Collection[int] = ()
) -> LinePattern | None:
    """The expression that captures these groups of all lines; None if the pattern is left as it is.

    `ascii_only`: it is for text that is all ASCII. `numbers`: groups that may be read up to what comes next.
    """
    tree = _parser.parse(pattern)
    if tree.state.flags != int(re.UNICODE):
        return None
    writer = _Writer(groups, numbers, ascii_only=ascii_only)
    try:
        whole = writer.sequence(tree, _NEWLINE, sure=True)
    except _Unfit:
        return None
    return None if whole.empty else LinePattern(rf"^(?:{whole.text})\n", sorted(groups), writer.always, writer.loose)


class _Writer:
    """Writes a tree of `re`'s parser as an expression again; `always`, `loose`: see `LinePattern`."""

    def __init__(self, groups: Collection[int], numbers: Collection[int], *, ascii_only: bool) -> None:
        self._groups = groups
        self._numbers = numbers
        self._ascii_only = ascii_only
        self.always: set[int] = set()
        self.loose: dict[int, NumberForm] = {}

    def sequence(self, parts: Sequence[Any], follow: int, *, sure: bool) -> _Part:
        """One part after the other; `follow`: what may come behind them, `sure`: whether they take part always."""
        text, first, empty, settled = "", 0, True, True
        for operator, argument in reversed(parts):
            part = self._part(str(operator), argument, follow, sure=sure)
            follow = part.first | follow if part.empty else part.first
            text = part.text + text
            first = part.first | first if part.empty else part.first
            empty, settled = empty and part.empty, settled and part.settled
        return _Part(text, first, empty, settled)

    def _part(self, operator: str, argument: Any, follow: int, *, sure: bool) -> _Part:
        if operator in _CHARACTERS:
            taken = characters(operator, argument, dot_all=False, ascii_only=self._ascii_only)
            return _Part(self._character(operator, argument, taken), taken & ~_NEWLINE, empty=False, settled=True)
        match operator:
            case "MAX_REPEAT" | "MIN_REPEAT":
                least, most, body = argument
                return self._repeated(least, most, body, follow, greedy=operator == "MAX_REPEAT")
            case "SUBPATTERN":
                group, add, remove, body = argument
                if add or remove:
                    raise _Unfit
                return self._group(group, body, follow, sure=sure)
            case "BRANCH":
                return self._either([self.sequence(branch, follow, sure=False) for branch in argument[1]])
            case "AT" if str(argument) in {"AT_BEGINNING", "AT_END"}:
                return _Part("^" if str(argument) == "AT_BEGINNING" else "$", 0, empty=True, settled=True)
            case _:
                raise _Unfit

    def _group(self, group: int | None, body: Any, follow: int, *, sure: bool) -> _Part:
        inner = self.sequence(body, follow, sure=sure)
        if group is None or group not in self._groups:
            return inner._replace(text=f"(?:{inner.text})")
        if sure:
            self.always.add(group)
        if sure and group in self._numbers and (loose := self._loose(group, body, follow)):
            return loose
        return inner._replace(text=f"({inner.text})")

    def _loose(self, group: int, body: Any, follow: int) -> _Part | None:
        """The group as all up to the one character that comes next, if its body is a number that does not take it."""
        form = number_form(body)
        if form is None or form.taken & follow or follow.bit_count() != 1 or follow.bit_length() > 256:
            return None
        self.loose[group] = form
        other = "." if follow == _NEWLINE else f"[^{re.escape(chr(follow.bit_length() - 1))}]"
        return _Part(f"({other}{{1,{_LONGEST}}}+)", ANY & ~follow, empty=False, settled=True)

    def _either(self, branches: list[_Part]) -> _Part:
        first, apart = 0, True
        for branch in branches:
            apart = apart and not branch.empty and not first & branch.first
            first |= branch.first
        text = "|".join(branch.text for branch in branches)
        settled = apart and all(branch.settled for branch in branches)
        return _Part(f"(?:{text})", first, any(branch.empty for branch in branches), settled)

    def _repeated(self, least: int, most: Any, body: Any, follow: int, *, greedy: bool) -> _Part:
        first = self.sequence(body, 0, sure=False).first
        inner = self.sequence(body, follow if most == 1 else first | follow, sure=False)
        settled = greedy and inner.settled and not inner.empty and not first & follow
        single = len(body) == 1 and str(body[0][0]) in _CHARACTERS
        if settled and (least, most) == (0, 1) and not single:
            return _Part(f"(?:{inner.text}|)", first, empty=True, settled=True)  # which `re` does sooner than `?+`
        text = inner.text if single else f"(?:{inner.text})"
        times = f"{{{least},{'' if most is _parser.MAXREPEAT else most}}}"
        mode = "+" if settled else "" if greedy else "?"
        return _Part(f"{text}{times}{mode}", first, inner.empty or least == 0, settled)

    def _character(self, operator: str, argument: Any, taken: int) -> str:
        """The text of an operator that takes one character, and no newline."""
        if operator == "ANY":
            return "."
        if operator == "NOT_LITERAL":
            return f"[^{re.escape(chr(argument))}\\n]"
        if operator == "LITERAL":
            if argument == ord("\n"):
                raise _Unfit
            return re.escape(chr(argument))
        if len(argument) == 1 and str(argument[0][0]) == "CATEGORY":
            name = str(argument[0][1]).removeprefix("CATEGORY_")
            classes = _CLASSES[self._ascii_only]
            return f"[^{classes[_OPPOSITE[name]]}\\n]" if name in _OPPOSITE else f"[{classes[name]}]"
        if str(argument[0][0]) == "NEGATE":
            return f"[^{''.join(map(self._item, argument[1:]))}\\n]"
        if taken & _NEWLINE:
            raise _Unfit
        return f"[{''.join(map(self._item, argument))}]"

    def _item(self, item: tuple[Any, Any]) -> str:
        kind, argument = item
        match str(kind):
            case "LITERAL":
                return re.escape(chr(argument))
            case "RANGE":
                return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
            case _:
                return _CLASSES[self._ascii_only][str(argument).removeprefix("CATEGORY_")]
