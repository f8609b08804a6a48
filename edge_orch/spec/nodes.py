"""The nodes of a YAML document, each with its place in the file. Scalars mean what the YAML 1.2 core schema says."""

from __future__ import annotations

import re
from math import isfinite

import msgspec

from edge_orch.errors import Location
from edge_orch.spec.written import place_in

NodeValue = bool | int | float | str | None

_WORDS: dict[str, NodeValue] = {"": None, "~": None}
_WORDS |= dict.fromkeys(("null", "Null", "NULL"))
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True)
_WORDS |= dict.fromkeys(("false", "False", "FALSE"), False)
_INT = re.compile(r"[-+]?[0-9]{1,400}|0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400}")
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class Scalar(msgspec.Struct, frozen=True):
    """One value. `text` is what it says after unquoting; `plain`: it stood without quotes.

    `inner`: where the first character of `text` stands, if `text` appears in the file on one line exactly as it is;
    `written`: else, if it comes from a file, all characters of the scalar there, quotes and line ends among them.
    `comment`: whether it stands without quotes and ` #` follows it, which may have been meant as a part of it.
    """

    text: str
    where: Location
    plain: bool = True
    inner: Location | None = None
    written: str = ""
    comment: bool = False

    @property
    def value(self) -> NodeValue:
        """The value by the core schema: quoted scalars are text, and so are `on`, `no` and `1:30`."""
        if not self.plain:
            return self.text
        if self.text in _WORDS:
            return _WORDS[self.text]
        if _INT.fullmatch(self.text):
            return int(self.text, 0 if self.text[:2] in {"0o", "0x"} else 10)
        if _FLOAT.fullmatch(self.text):
            word = self.text.lower()
            if word.endswith(("inf", "nan")):
                return float(word.replace(".", ""))
            number = float(word)
            return number if isfinite(number) else self.text  # a serial number such as 67e27566
        return self.text

    def at(self, offset: int) -> Location:
        """Where the character of `text` at `offset` stands; the scalar's own place if it comes from no file."""
        if self.inner is not None:
            return Location(self.inner.file, self.inner.line, self.inner.column + offset)
        return moved(self.where, self.written[: place_in(self.written, self.text, offset)])


def moved(where: Location, over: str) -> Location:
    """The place behind the characters `over`, which stand at `where`."""
    lines = _LINE_END.split(over)
    column = where.column if len(lines) == 1 else 1
    return Location(where.file, where.line + len(lines) - 1, column + len(lines[-1]))


class Sequence(msgspec.Struct, frozen=True):
    """A list of nodes."""

    items: tuple[Node, ...]
    where: Location


class Mapping(msgspec.Struct, frozen=True):
    """Keys and values in order; no key stands twice."""

    entries: tuple[tuple[Scalar, Node], ...]
    where: Location


Node = Scalar | Sequence | Mapping


def described(node: Node) -> str:
    """What a node is, in words for an error: `the text 'abc'`, `the number 5`, `a list` …"""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Mapping):
        return "a mapping"
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return node.text
    kind = "the text" if isinstance(value, str) else "the number"
    text = node.text if len(node.text) <= 60 else node.text[:57] + "…"
    return f"{kind} {text!r}" if isinstance(value, str) else f"{kind} {text}"
