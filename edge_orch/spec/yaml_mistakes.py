"""The usual mistakes in YAML, said so that they can be mended: PyYAML's own words speak of tokens and blocks."""

from __future__ import annotations

import re

_QUOTE = "put the whole value in quotes"
_COMMENT = "` #` begins a comment: put a value that holds it in quotes"
_TEMPLATE = "fill it in first; what differs between devices is a parameter or a label"
_GOES_ON = "write key: value; what goes on from the line above stands further to the right than its key"
_LINE_UP = "line up the dashes of a list and the keys of a mapping with those above"
_ANOTHER = "another product's file: begin a job with `edge-orch new`; docs/porting.md has the words"
_BEHIND_QUOTE = "text goes on after a closing quote"
_QUOTE_ALL = "put the whole value in double quotes: \"sensor = 'x'\""
_BLOCK = "a line that does not line up with those above"

# A part of PyYAML's words, of the line before the place and of the line from it on; what to say; what to do.
_MISTAKES: tuple[tuple[str, str, str, str, str], ...] = (
    ("", "", r"\t|.*\\t", "a tab", "indent with spaces"),
    ("", "<(!|html)", "", "a page of the web", "fetch the file itself: this is what a server answered"),
    ("", r"{$", "%", "a template that is not filled in", _TEMPLATE),
    ("", "{{", "-", "a template that is not filled in", _TEMPLATE),
    ("expected <block end>, but found ':'", "", "", "a colon with no key before it", "write a name before it"),
    ("cannot start any token", "", r"```", "a fence of Markdown", "remove the lines that begin with ```"),
    ("cannot start any token", "", r"[@%`]", "a value cannot begin with {0}", _QUOTE),
    (
        "cannot start any token",
        r".*\{.*\([^()]*$",
        r"\|",
        "a comma within {{ }} ends a value, and an expression goes on behind it",
        "put the whole expression in double quotes",
    ),
    ("", r"\s*$", r"\*\s", "an item of a list that begins with *", "write - in its place"),
    ("", r"\s*$", r"[–—•]\s", "an item of a list that begins with another sign", "write -, as keyboards have it"),
    ("", r"\s*$", r"\d+[.)]\s", "an item of a list that begins with a number", "write - in its place"),
    ("scanning an alias", "", r"\*", "a value cannot begin with {0}", _QUOTE),
    ("scanning an anchor", "", r"&", "a value cannot begin with {0}", _QUOTE),
    ("scanning a block scalar", r".*['\"]\s*$", "", _BEHIND_QUOTE, _QUOTE_ALL),
    ("scanning a block scalar", "", r"[>|]", "a value cannot begin with {0}", _QUOTE),
    (
        "",
        "",
        r"(<{7}|={7}|>{7})(\s|$)",
        "a mark of a merge that was left undone",
        "keep one side, and remove the marks",
    ),
    (
        "sequence entries are not allowed",
        "",
        "",
        "a dash where a value stands",
        f"{_QUOTE}; a list begins on a line of its own, or stands in [ ]",
    ),
    ("mapping values are not allowed", r"\s+[\w-]+$", r":", "a key where a value goes on", _LINE_UP),
    ("mapping values are not allowed", "", r":", "a second colon in one line", f"{_QUOTE}, or begin a new line"),
    ("mapping values are not allowed", r".*", r"", "a key where a value goes on", _LINE_UP),
    ("while scanning a quoted scalar", "", "", "a quote that is never closed", "close it"),
    (
        "unknown escape character",
        "",
        "",
        "`\\{0}` in double quotes",
        "put it in single quotes, where a backslash is itself",
    ),
    ("simple key", "", r"[\w-]+:\S", "a colon with no space after it", "write a space after it: key: value"),
    ("simple key", "", "", "a line without a colon", _GOES_ON),
    ("expected '<document start>'", "", r".*=", "this looks like TOML", _ANOTHER),
    ("expected '<document start>'", "", "", "text that belongs to no key", "write all of a job as key: value"),
    ("found '<scalar>'", r".*[\]}}]\s*$", "", "text goes on after a closing bracket", _QUOTE),
    ("expected the node content, but found ','", "", "", "a comma with nothing before it", "remove it"),
    ("expected the node content, but found ':'", "", "", "a colon with no key before it", "write a name before it"),
    ("expected <block end>, but found '<scalar>'", r".*['\"]\s*$", "", _BEHIND_QUOTE, _QUOTE_ALL),
    ("but found '", "", r"-[A-Za-z]", "a dash with no space after it", "write a space after it"),
    ("expected <block end>, but found '-'", "", "", "an item of a list where a key is expected", _LINE_UP),
    ("expected <block end>, but found '", "", r"[\]}]", "a `{0}` that closes nothing", "remove it"),
    ("but found '<block sequence start>'", "", "", _BLOCK, _LINE_UP),
    ("but found '?'", "", "", _BLOCK, _LINE_UP),
    ("but found '<block mapping start>'", "", "", _BLOCK, _LINE_UP),
    ("expected <block end>, but found ','", "", "", "a comma after a value in quotes", _QUOTE),
    (
        "but got ':'",
        "",
        "",
        "a second colon in one entry",
        "write a comma before the next key; a value with a colon in it goes in quotes",
    ),
    ("flow sequence", "", r".*\s#", "a `[` that is not closed before ` #`", _COMMENT),
    ("flow mapping", "", r".*\s#", "a `{{` that is not closed before ` #`", _COMMENT),
    (
        "flow sequence",
        "",
        "",
        "a `[` that is not closed as it should be",
        "separate values by commas and close it with ]",
    ),
    (
        "flow mapping",
        "",
        "",
        "a `{{` that is not closed as it should be",
        "separate entries by commas, close it with }}; a value with [ ] {{ }} or a colon in it goes in quotes",
    ),
)


def mistake(words: str, before: str, after: str) -> tuple[str, str]:
    """What is wrong and the next step, for PyYAML's `words` at a place between `before` and `after` in its line.

    The words themselves when the mistake is not a usual one.
    """
    if "${" in before + after:
        return "not valid YAML: a reference without quotes", "put text with ${…} in quotes"
    for part, left, right, what, next_step in _MISTAKES:
        if part in words and re.match(left, before) and re.match(right, after):
            found = f"not valid YAML: {what.format(after[:1])}"
            return found, next_step.format()
    return f"not valid YAML: {words}", ""
