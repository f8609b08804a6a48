"""Where the characters of a scalar's text stand among those of the file: past quotes, escapes and folded lines."""

from __future__ import annotations

import re

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
_BLOCK = re.compile(r"(?P<header>[|>][^\n]*\n)(?:[ \t]*\n)*(?P<indent> *)")
_LINE_ENDS = re.compile(r"[ \t\r]*\n(?:[ \t\r]*\n)*")
_ESCAPED = {"x": 4, "u": 6, "U": 10}  # characters of an escape, by the letter after its backslash


def place_in(written: str, text: str, offset: int) -> int:
    """The index in `written`, a YAML scalar as it stands in the file, of the character of `text` at `offset`.

    0 for a block that says itself how far it is indented: nobody writes one by hand.
    """
    properties = _PROPERTIES.match(written)
    begin = properties.end() if properties else 0
    style, indent = written[begin : begin + 1], len(written)
    if block := _BLOCK.match(written, begin):
        if any("1" <= option <= "9" for option in block["header"].partition("#")[0]):
            return 0
        indent = len(block["indent"])
        at = _indented(written, block.end("header"), indent)
    else:
        at = begin + (style in {"'", '"'})
    for character in text[:offset]:
        at = _after(written, at, style, indent, character)
    return _writer(written, at, indent, text[offset : offset + 1])


def _after(written: str, at: int, style: str, indent: int, character: str) -> int:
    """The index behind what wrote one character."""
    at = _writer(written, at, indent, character)
    if character in " \n" and (line_ends := _LINE_ENDS.match(written, at)):
        following = written.index("\n", at) + 1
        # Of several line ends in a row, each but the first wrote one character; in a literal block the first did, too.
        more = character == "\n" and following < line_ends.end()
        return following if more else _indented(written, line_ends.end(), indent)
    if style == "'" and written.startswith("''", at):
        return at + 2
    if style == '"' and written.startswith("\\", at):
        return at + _ESCAPED.get(written[at + 1 : at + 2], 2)
    return at + 1


def _writer(written: str, at: int, indent: int, character: str) -> int:
    """Past line ends that wrote nothing, to what wrote `character`."""
    while written.startswith("\\\n", at):
        at = _indented(written, at + 2, indent)
    line_ends = _LINE_ENDS.match(written, at) if character and character not in " \t\r\n" else None
    return _indented(written, line_ends.end(), indent) if line_ends else at


def _indented(written: str, at: int, most: int) -> int:
    end = at
    while end - at < most and written[end : end + 1] in {" ", "\t"}:
        end += 1
    return end
