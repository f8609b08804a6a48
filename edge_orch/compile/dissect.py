"""Dissect: a text cut at what stands between its fields, as Logstash, Elasticsearch and Filebeat write it."""

from __future__ import annotations

import re

from edge_orch.compile.groups import NAME, named
from edge_orch.errors import Invalid, Problem
from edge_orch.spec.leaves import Text
from edge_orch.spec.nodes import Scalar

_KEY = re.compile(r"%\{(?P<key>[^}]*)\}")
_NAMES = "letters, digits and _, perhaps with dots; %{} for what is left out"
_JOINED = "give each its own name, and join them in a map step: a || ' ' || b"
_NAMED = "read names and values as one field, and that by a parse step with key_value"


def cut(text: Text) -> Text:
    """The regular expression of a dissection. Raises `Invalid` at the key that is wrong.

    A field ends where what stands behind it comes first; the last one takes all that is left. So the time on any text
    is linear: groups that are left are not gone back into.
    """
    pattern = text.value
    keys = list(_KEY.finditer(pattern))
    whole = {key.start() for key in keys}
    broken = next((at.start() for at in re.finditer(r"%\{", pattern) if at.start() not in whole), None)
    if broken is not None:
        raise Invalid(Problem("a field that is cut off", text.node.at(broken), "%{name}", next_step="close it with }"))
    if not keys:
        raise Invalid(Problem("a dissection without a field", text.where, "%{name} and what stands between fields"))
    taken: set[str] = set()
    parts = [re.escape(pattern[: keys[0].start()])]
    for key, after in zip(keys, [*keys[1:], None], strict=True):
        name = _name(text, key, taken)
        between = pattern[key.end() : after.start() if after else len(pattern)]
        if after and not between:
            where = text.node.at(after.start())
            raise Invalid(Problem("nothing stands between two fields", where, "a text that divides them"))
        parts.append(_field(name, between, padded=key["key"].endswith("->")))
    written = "".join(parts)
    return Text(written, Scalar(written, text.where, plain=False))


def _name(text: Text, key: re.Match[str], taken: set[str]) -> str:
    said = key["key"].removesuffix("->").strip()
    where = text.node.at(key.start())
    if said.startswith("+"):
        raise Invalid(Problem("a field made of several parts", where, _NAMES, key[0], _JOINED))
    if said[:1] in {"&", "*"}:
        raise Invalid(Problem("a field named by a part of the text", where, _NAMES, key[0], _NAMED))
    if not said or said.startswith("?"):
        return ""
    if not re.fullmatch(NAME, said):
        raise Invalid(Problem("not a name of a field", where, _NAMES, repr(said)))
    if named(said) in taken:
        raise Invalid(Problem(f"`{said}` stands here twice", where, next_step=_JOINED))
    taken.add(named(said))
    return said


def _field(name: str, between: str, *, padded: bool) -> str:
    opened = f"(?P<{name}>" if name else "(?:"
    if not between:
        return f"{opened}(?s:.*))"
    end = re.escape(between)
    if len(between) == 1 and not padded:
        return f"{opened}[^{end}]*){end}"
    repeated = f"(?:{end})+" if padded else end
    return f"(?>{opened}(?s:.*?)){repeated})"
