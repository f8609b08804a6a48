"""YAML text → nodes with positions. Nothing is constructed but text, lists and mappings, of bounded depth and size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.scanner import Scanner

from edge_orch.errors import Invalid, Location, Problem
from edge_orch.spec.nodes import Mapping, Node, Scalar, Sequence, moved
from edge_orch.spec.yaml_mistakes import mistake

MAX_DEPTH = 32
MAX_NODES = 20_000  # counted after aliases are expanded: ten lines of anchors can claim a billion
_TOLD_WHERE_IT_BEGAN = (
    "simple key|scanning an? (alias|anchor|block scalar)|quoted scalar.*unexpected end|flow (mapping|sequence)"
)
_STRING_TAG = "tag:yaml.org,2002:str"
_COMMENT = re.compile(r"[ \t]*#")
_SPACE = "\0 \t\r\n\x85\u2028\u2029"


A_JOB = "a job: apiVersion: edge-orch/v1 …"


def nothing(file: str, expected: str = A_JOB) -> Problem:
    """The problem of a file in which nothing stands."""
    next_step = "`edge-orch new` makes one to begin with"
    return Problem("the file is empty", Location(file, 1, 1), expected, "", next_step)


def parse_document(text: str, file: str, expected: str = A_JOB) -> Node:
    """The one document in `text`; `expected`: what should stand in it.

    Raises `Invalid` with every problem that the reading survives, else the first.
    """
    builder = _Builder(text, file, expected)
    try:
        root = builder.document()
    except yaml.MarkedYAMLError as error:
        raise Invalid(*builder.problems, builder.mistake(error)) from None
    except ReaderError as error:
        if error.character == 0 and "\0" in text[:4]:
            raise Invalid(Problem("not UTF-8", Location(file, 1, 1), "", "UTF-16", "save the file as UTF-8")) from None
        character = f"the control character U+{error.character:04X}"
        where = moved(Location(file, 1, 1), text[: error.position])
        raise Invalid(Problem(f"not valid YAML: {character}", where, next_step="remove it")) from None
    except (ValueError, OverflowError):  # escapes beyond Unicode
        what = "not valid YAML: an escape that is no character"
        raise Invalid(Problem(what, Location(file, 1, 1))) from None
    if builder.problems:
        raise Invalid(*builder.problems)
    return root


class _Loader(Reader, Scanner, Parser):
    """Events only, and YAML 1.2's rule for `:` inside `{ }`: `at_least: :quorum` is a plain scalar."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        self.last_quoted: yaml.ScalarToken | None = None

    def scan_flow_scalar(self, style: str) -> yaml.ScalarToken:
        self.last_quoted = super().scan_flow_scalar(style)
        return self.last_quoted

    def check_value(self) -> bool:
        if not self.flow_level or self.peek(1) in _SPACE + ",[]{}":
            return bool(super().check_value())
        # Right after a quoted key, as in JSON.
        last = self.tokens[-1] if self.tokens else None
        return isinstance(last, yaml.ScalarToken) and not last.plain

    def check_plain(self) -> bool:
        if self.flow_level and self.peek() == ":":
            return self.peek(1) not in _SPACE + ",[]{}"
        return bool(super().check_plain())


class _Builder:
    """Builds nodes from the event stream of one text. Events are `Any`: their stubs leave most attributes out."""

    def __init__(self, text: str, file: str, expected: str) -> None:
        self.text = text
        self.file = file
        self.expected = expected
        self.problems: list[Problem] = []
        self.nodes = 0
        self.anchors: dict[str, tuple[Node, int]] = {}

    def document(self) -> Node:
        self.loader = _Loader(self.text)
        self.events: Iterator[Any] = iter(self.loader.get_event, None)
        self.next()
        if isinstance(event := self.next(), yaml.StreamEndEvent):
            raise Invalid(nothing(self.file, self.expected))
        root = self.node(self.next(), 0)
        self.next()
        if not isinstance(event := self.next(), yaml.StreamEndEvent):
            self.fail(event, "a second document", next_step="put each job into its own file")
        return root

    def mistake(self, error: yaml.MarkedYAMLError) -> Problem:
        """What the parser stumbled over, told at the place where it began."""
        mark = error.problem_mark or error.context_mark
        what = ", ".join(part for part in (error.context, error.problem) if part)
        quoted = self.loader.last_quoted
        if quoted and mark and quoted.start_mark.line < quoted.end_mark.line == mark.line:
            mark, what = quoted.start_mark, "while scanning a quoted scalar"
        elif error.context_mark and re.search(_TOLD_WHERE_IT_BEGAN, what):
            second = mark and "but got ':'" in what and mark.line == error.context_mark.line
            if mark and not second and "${" not in self.line(mark):
                mark, what = error.context_mark, what.partition(", but got")[0]
        line = self.line(mark) if mark else ""
        column = mark.column if mark else 0
        found, next_step = mistake(what, line[:column], line[column:])
        return Problem(found, Location(self.file, mark.line + 1 if mark else 1, column + 1), next_step=next_step)

    def line(self, mark: yaml.Mark) -> str:
        lines = self.text.splitlines()
        return lines[mark.line] if mark.line < len(lines) else ""

    def next(self) -> Any:
        return next(self.events)

    def where(self, event: Any) -> Location:
        return Location(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def fail(self, event: yaml.Event, what: str, next_step: str = "") -> None:
        self.problems.append(Problem(what, self.where(event), next_step=next_step))

    def node(self, event: Any, depth: int) -> Node:
        where = self.where(event)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if depth > MAX_DEPTH:
            what = f"nested more than {MAX_DEPTH} levels deep"
            raise Invalid(
                *self.problems, Problem(what, where, next_step="nothing in a job stands so deep: look for a bracket")
            )
        before = self.nodes
        self.grow(1, where)
        if event.tag not in {None, "!", _STRING_TAG}:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.fail(event, f"the tag `{tag}` means nothing here", "put the value in quotes, or remove the tag")
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = self.scalar(event, where)
        elif isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(child := self.next(), yaml.SequenceEndEvent):
                items.append(self.node(child, depth + 1))
            node = Sequence(tuple(items), where)
        else:
            node = self.mapping(where, depth)
        if event.anchor:
            self.anchors[event.anchor] = (node, self.nodes - before)
        return node

    def alias(self, event: yaml.AliasEvent) -> Node:
        if event.anchor not in self.anchors:
            next_step = "put the value in quotes, unless what an anchor marks is meant"
            problem = Problem(f"no anchor `&{event.anchor}` above", self.where(event), next_step=next_step)
            raise Invalid(*self.problems, problem)
        node, weight = self.anchors[event.anchor]
        self.grow(weight, self.where(event))
        return node

    def grow(self, weight: int, where: Location) -> None:
        self.nodes += weight
        if self.nodes > MAX_NODES:
            raise Invalid(*self.problems, Problem(f"more than {MAX_NODES} values", where, next_step="split the job"))

    def mapping(self, where: Location, depth: int) -> Mapping:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            value = self.node(self.next(), depth + 1)
            if not isinstance(key, Scalar):
                braces = self.text.startswith("{{", event.start_mark.index - 1)
                next_step = "put the value in quotes; a field goes by its name alone, without braces"
                self.fail(event, "a key must be a word", next_step if braces else "write a name before the colon")
            elif key.plain and key.text == "<<":
                self.fail(event, "merge keys are not part of YAML 1.2", "write out what is to be merged")
            elif key.text in entries:
                first = entries[key.text][0].where
                self.fail(event, f"duplicate key `{key.text}`", f"remove it here or in line {first.line}")
            else:
                entries[key.text] = (key, value)
        return Mapping(tuple(entries.values()), where)

    def scalar(self, event: Any, where: Location) -> Scalar:
        text: str = event.value
        if any("\ud800" <= character <= "\udfff" for character in text):
            self.fail(event, "half of a surrogate pair", "write the character itself")
        start, end = event.start_mark.index, event.end_mark.index
        body = text.rstrip("\n")
        offset = self.text.find(body, start, end) if body and "\n" not in body else -1
        inner = moved(where, self.text[start:offset]) if offset >= 0 else None
        plain = event.style is None and event.tag != _STRING_TAG
        comment = plain and bool(_COMMENT.match(self.text, end))
        return Scalar(text, where, plain, inner, "" if inner else self.text[start:end], comment)
