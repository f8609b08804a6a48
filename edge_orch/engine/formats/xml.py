"""XML documents → values like JSON's: an element is a dict, or its text if it has nothing else and is in no array.

A device reads what others wrote, so what makes XML dangerous is refused, not bounded: a document type declaration, and
with it every entity of the document's own, whether it would be fetched or grow. The rest is linear in the document;
`MOST_NODES` and `MOST_DEPTH` bound the memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.parsers import expat

from edge_orch.plan.formats import XmlFormat

MOST_NODES = 100_000
"""Elements and attributes: as many as `explode` makes records of one array."""
MOST_DEPTH = 100
_RUN = re.compile(rb"<[^<]{1048576,}")
"""What may be one tag, so long that its attributes are to be counted before expat compares each with the others."""
_ENCODINGS = re.compile(
    r"utf-?8|utf-?16(le|be)?|us-ascii|ascii|iso-8859-\d{1,2}|windows-125\d|cp125\d|latin-?1", re.IGNORECASE
)
_POSITION = re.compile(r": line (\d+), column (\d+)$")

Value = str | list[Any] | dict[str, Any]


def xml_reader(format_: XmlFormat) -> Callable[[bytes | str], dict[str, Value]]:
    """A reader of documents: the root element by its name. Raises `ValueError` with a reason for what is none.

    A `str` is read as it is, whatever encoding it declares.
    """
    prefixes = {uri: f"{prefix}:" for prefix, uri in format_.namespaces}
    arrays, children = frozenset(format_.arrays), frozenset(format_.children)

    def read(document: bytes | str) -> dict[str, Value]:
        parser = expat.ParserCreate("utf-8" if isinstance(document, str) else None, " ")
        data = document.encode() if isinstance(document, str) else document
        for run in _RUN.findall(data):
            if run.count(b'"') + run.count(b"'") > 2 * MOST_NODES:
                raise ValueError(f"has more than {2 * MOST_NODES:,} quotes in one element")
        parser.buffer_text = True
        tree = _Tree(prefixes, arrays, children)
        parser.XmlDeclHandler = _declared
        parser.StartDoctypeDeclHandler = _document_type
        parser.StartElementHandler = tree.start
        parser.EndElementHandler = tree.end
        parser.CharacterDataHandler = tree.text
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            reason = _POSITION.sub(r" (line \1, column \2)", str(error))
            raise ValueError(f"is no XML: {reason}") from None
        except LookupError as error:
            raise ValueError(f"is no XML: {error}") from None
        return tree.root

    return read


class _Tree:
    """Grows as the parser goes through a document."""

    def __init__(self, prefixes: Mapping[str, str], arrays: frozenset[str], children: frozenset[str]) -> None:
        self.root: dict[str, Value] = {}
        self._prefixes = prefixes
        self._arrays = arrays
        self._children = children
        self._nodes = 0
        self._node: dict[str, Any] = self.root
        self._name = ""
        self._texts: list[str] = []
        self._above: list[tuple[str, dict[str, Any], list[str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._nodes += 1 + len(attributes)
        if self._nodes > MOST_NODES:
            raise ValueError(f"has more than {MOST_NODES:,} elements and attributes")
        if len(self._above) == MOST_DEPTH:
            raise ValueError(f"is nested more than {MOST_DEPTH} levels deep")
        self._above.append((self._name, self._node, self._texts))
        self._name, self._node, self._texts = self._named(name), {}, []
        if self._above[-1][0] in self._children:
            self._node["#name"] = self._name
        if self._name in self._children:
            self._node["#children"] = []
        for key, value in attributes.items():
            if " " not in key:
                self._node[f"@{key}"] = value
            else:  # one without a namespace goes before others of its name
                self._node.setdefault(f"@{self._named(key)}", value)

    def text(self, text: str) -> None:
        """Text of the element."""
        self._texts.append(text)

    def end(self, _name: str) -> None:
        """The element ends."""
        name, node = self._name, self._node
        text = "".join(self._texts).strip()
        if text:
            node["#text"] = text
        value: Value = text if node.keys() <= {"#text"} and name not in self._arrays else node
        self._name, self._node, self._texts = self._above.pop()
        if self._name in self._children:
            self._node["#children"].append(value)
        elif name not in self._node:
            self._node[name] = [value] if name in self._arrays else value
        elif isinstance(present := self._node[name], list):
            present.append(value)
        else:
            self._node[name] = [present, value]

    def _named(self, name: str) -> str:
        uri, _, local = name.rpartition(" ")
        return self._prefixes.get(uri, "") + local


def _declared(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and not _ENCODINGS.fullmatch(encoding):
        raise ValueError(f"is written in {encoding[:40]}, which is not read")


def _document_type(name: str, *_: object) -> None:
    raise ValueError(f"has a document type declaration, <!DOCTYPE {name[:40]}>, which is not read")
