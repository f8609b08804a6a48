"""Something else where a list or a mapping belongs: what to write in its place."""

from __future__ import annotations

import re
from collections import abc
from typing import Any

from edge_orch.spec.leaves import Leaf, Name
from edge_orch.spec.mismatch import quoted
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Mapping, Node, Scalar, Sequence


def listing(node: Node, item: Any) -> str:
    """What most often makes a list of something that is none; `item`: what its items are."""
    if isinstance(node, Mapping):
        return "begin each item with a dash: - …"
    if not isinstance(node, Scalar) or not node.text:
        return ""
    if isinstance(item, type) and issubclass(item, Name):
        parts = [part.strip() for part in node.text.split(",")]
        condition = "names stand there; for a condition write a filter step" if re.search("[<>=]", node.text) else ""
        fits = all(re.fullmatch(item.pattern, part) for part in parts)
        return f"write [{', '.join(parts)}]" if fits else condition or item.mended(node.text)
    if isinstance(item, type) and issubclass(item, Leaf) and "\n" not in node.text:
        bare = re.fullmatch(r"[\w/][\w/:. ,-]*", node.text)
        return f"write [{quoted(node.text, always=not bare)}]"
    if isinstance(item, type) and issubclass(item, Model) and not getattr(item, "inline", False):
        return "write a list of mappings: [{…}, …]"
    return ""


def mapping(node: Node, needed: abc.Sequence[str], words: abc.Container[str], chosen: abc.Sequence[str]) -> str:
    """What most often makes a mapping of something that is none.

    `needed`: the keys that it cannot do without, `chosen` if its author chooses them; `words`: keys that it may have.
    """
    if isinstance(node, Sequence):
        return "leave out the dashes or brackets: key: value"
    text = node.text if isinstance(node, Scalar) else ""
    if isinstance(node, Scalar) and node.value is True and not needed:
        return "write {}"
    if strange := re.match(r"\w+:([^\S ])", text):
        return f"write a blank in place of the character U+{ord(strange[1]):04X} behind the colon"
    return _mapping_in(text, words) or _mapping_of(text, needed, chosen)


def _mapping_in(text: str, words: abc.Container[str]) -> str:
    """The mapping that a text would be, but for a sign."""
    if text in words:
        return f"write {text}: …"
    if tight := re.match(r"([A-Za-z_]\w*):(?=[^\s/])", text):
        return f"write a space after the colon: {tight[1]}: …"
    if (first := re.match(r"(\w+) ", text)) and first[1] in words:
        return f"write a colon after it: {first[1]}: …"
    if assigned := re.match(r"(\w+)\s*=[^=]", text):
        return f"write {assigned[1]}: … in place of {assigned[1]} ="
    return ""


def _mapping_of(text: str, needed: abc.Sequence[str], chosen: abc.Sequence[str]) -> str:
    """The mapping of which a text is a part."""
    if tuple(needed) == tuple(chosen) and re.fullmatch(r"\w+", text):
        return f"write {{{text}: …}}"
    if tuple(needed) == ("ratio",) and (percent := re.fullmatch(r"(\d+(?:\.\d+)?) ?%", text)):
        return f"write {{ratio: {float(percent[1]) / 100:g}}}"
    if len(needed) == 1 and len(text) <= 60 and "\n" not in text:
        return f"write {{{needed[0]}: {quoted(text)}}}"
    return f"write {{{', '.join(f'{key}: …' for key in needed)}}}" if needed else ""
