"""Nodes → job model, driven by the model's own declarations, with every problem found in one go.

A model is a `Model`. Each field's type says how it is read: a leaf, another model,
`tuple[T, ...]` for a list, `dict[Key, T]` for a mapping, `T | None` for what may be left out. Beside it stands a `Doc`.
"""

from __future__ import annotations

import re
from collections import abc
from collections.abc import Callable, Hashable, Iterable
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.keys import meant_for, outdented_key, outdented_keys, unknown_key
from edge_orch.spec.leaves import mismatch, quoted
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Mapping, Node, Scalar, Sequence, described
from edge_orch.spec.words import names

T = TypeVar("T")
_ANY = "NAME"
"""A key that the author of a job chooses."""


class Doc(msgspec.Struct, frozen=True):
    """One line for people, and the default as it would be written in a job (None: required, unless `T | None`)."""

    text: str
    default: str | None = None
    key: str = ""


class ModelField(msgspec.Struct, frozen=True):
    """A declared key of a model."""

    attribute: str
    key: str
    hint: Any
    doc: Doc
    optional: bool

    @property
    def required(self) -> bool:
        return not self.optional and self.doc.default is None


def fields_of(model: Any) -> list[ModelField]:
    """The declared keys of a model, in order."""
    return _declared(model)


@cache  # the annotations of a model are texts, which are evaluated to be read
def _declared(model: Hashable) -> list[ModelField]:
    found = []
    for name, annotated in get_type_hints(model, include_extras=True).items():
        if get_origin(annotated) is None or not hasattr(annotated, "__metadata__"):
            continue
        hint, doc = annotated.__origin__, annotated.__metadata__[0]
        optional = NoneType in get_args(hint) and get_origin(hint) in {Union, UnionType}
        if optional:
            hint = next(arm for arm in get_args(hint) if arm is not NoneType)
        found.append(ModelField(name, doc.key or name, hint, doc, optional))
    return found


def is_inline(model: Any) -> bool:
    """Whether the model's only field stands for the model itself: `filter: x > 1`."""
    return bool(getattr(model, "inline", False))


def read(hint: Any, node: Node) -> Any:
    """The value of type `hint` in `node`. Raises `Invalid` with all problems below this node."""
    if hasattr(hint, "read"):
        return hint.read(node)
    if get_origin(hint) is tuple:
        if not isinstance(node, Sequence):
            raise mismatch(node, "a list", _listing(node))
        return tuple(gathered(node.items, lambda item: read(get_args(hint)[0], item)))
    if get_origin(hint) is dict:
        key_hint, value_hint = get_args(hint)
        pairs = entries_of(node, (_ANY,))
        return dict(gathered(pairs, lambda pair: (read(key_hint, pair[0]), read(value_hint, pair[1]))))
    return read_model(hint, node)


def entries_of(
    node: Node, needed: abc.Sequence[str] = (), known: abc.Container[str] = ()
) -> tuple[tuple[Scalar, Node], ...]:
    """Keys and values of a mapping; an empty scalar is an empty mapping. Raises `Invalid` for anything else.

    For the next step, `needed`: the keys that it cannot do without; `known`: those that it may have.
    """
    if isinstance(node, Scalar) and node.value is None:
        return ()
    if not isinstance(node, Mapping):
        raise mismatch(node, "a mapping of keys to values", _mapping(node, needed, known))
    return node.entries


def _listing(node: Node) -> str:
    if isinstance(node, Mapping):
        return "begin each item with a dash: - …"
    if not isinstance(node, Scalar) or not node.text:
        return ""
    quoted = node.text if re.match(r"[\w/]", node.text) else "'" + node.text.replace("'", "''") + "'"
    return f"write [{quoted}]"


def _mapping(node: Node, needed: abc.Sequence[str], words: abc.Container[str]) -> str:
    """What most often makes a mapping of something that is none; `words`: the keys that it may begin with."""
    if isinstance(node, Sequence):
        return "leave out the dashes or brackets: key: value"
    text = node.text if isinstance(node, Scalar) else ""
    if strange := re.match(r"\w+:([^\S ])", text):
        return f"write a blank in place of the character U+{ord(strange[1]):04X} behind the colon"
    return _mapping_in(text, words) or _mapping_of(text, needed)


def _mapping_in(text: str, words: abc.Container[str]) -> str:
    """The mapping that a text would be, but for a sign."""
    if tight := re.match(r"([A-Za-z_]\w*):(?=[^\s/])", text):
        return f"write a space after the colon: {tight[1]}: …"
    if (first := re.match(r"(\w+) ", text)) and first[1] in words:
        return f"write a colon after it: {first[1]}: …"
    if assigned := re.match(r"(\w+)\s*=[^=]", text):
        return f"write {assigned[1]}: … in place of {assigned[1]} ="
    return ""


def _mapping_of(text: str, needed: abc.Sequence[str]) -> str:
    """The mapping of which a text is a part."""
    if tuple(needed) == (_ANY,) and re.fullmatch(r"\w+", text):
        return f"write {{{text}: …}}"
    if len(needed) == 1 and len(text) <= 60 and "\n" not in text:
        return f"write {{{needed[0]}: {quoted(text)}}}"
    return f"write {{{', '.join(f'{key}: …' for key in needed)}}}" if needed else ""


def read_model(model: Any, node: Node) -> Any:
    """The model in a mapping node: no unknown key, no missing key, every default filled in."""
    fields = fields_of(model)
    if is_inline(model):
        return model(**{fields[0].attribute: read(fields[0].hint, node)})
    shorthand = getattr(model, "shorthand", None)
    if shorthand and isinstance(node, Scalar) and node.value is not None:
        node = Mapping(((Scalar(shorthand, node.where), node),), node.where)
    needed = [field.key for field in fields if field.required]
    usual = needed or [field.key for field in fields[:1] if hasattr(field.hint, "parse")]
    entries = {key.text: (key, value) for key, value in entries_of(node, usual)}
    known = {field.key for field in fields}
    outdented = outdented_keys(tuple(entries.values()), known)
    strange = [key for key, _ in entries.values() if key.text not in known]
    unknown = [unknown_key(key, known) for key in strange if key.text not in outdented]
    missing = [field for field in fields if field.required and field.key not in entries]
    open_keys = {field.key for field in missing if get_origin(field.hint) is dict}
    unknown, told = meant_for(unknown, {field.key: field.doc.text for field in missing}, open_keys)
    problems = [*unknown, *(outdented_key(key, outdented[key.text]) for key in strange if key.text in outdented)]

    def value_of(field: ModelField) -> tuple[str, Any]:
        if field.key in outdented.values() or field.key in told:
            raise Invalid  # what stands too far to the left, or under another name, is told
        if field.key in entries:
            return field.attribute, read(field.hint, entries[field.key][1])
        if field.required:
            raise Invalid(Problem(f"missing key `{field.key}`", node.where, next_step=f"add it: {field.doc.text}"))
        if field.doc.default is None:
            return field.attribute, None
        return field.attribute, _default(field, node)

    values = dict(gathered(fields, value_of, problems))
    return model(**values)


def _default(field: ModelField, node: Node) -> Any:
    if field.doc.default == "[]":
        return ()
    if field.doc.default == "{}":
        return {} if get_origin(field.hint) is dict else read(field.hint, Mapping((), node.where))
    return read(field.hint, Scalar(field.doc.default or "", node.where))


S = TypeVar("S")


def gathered(items: Iterable[S], make: Callable[[S], T], problems: Iterable[Problem] = ()) -> list[T]:
    """`make` of every item. Raises one `Invalid` with `problems` and all that the items raised, if any."""
    found = list(problems)
    failed = bool(found)
    made = []
    for item in items:
        try:
            made.append(make(item))
        except Invalid as error:
            failed = True
            found.extend(error.problems)
    if failed:
        raise Invalid(*found)
    return made


def read_variant(
    node: Node,
    table: dict[str, Any],
    what: str,
    elsewhere: abc.Mapping[str, str] = {},
) -> tuple[Scalar, Any]:
    """`{kind: options}` with exactly one kind out of `table` → its key and its options read as the table says.

    `elsewhere`: kinds of other products → what to write here.
    """
    every = f"`edge-orch list components --kind {what}` shows what each is for"
    if isinstance(node, Scalar) and node.text:
        called = re.fullmatch(r"(\w+)[ (]+([^()]*)\)?", node.text)
        whole = f"{node.text}: …" if node.text in table else f"{next(iter(table))}: {node.text}"
        if called and called[1] in table:
            whole = f"{called[1]}: {called[2]}"
        next_step = elsewhere.get(node.text.lower()) or f"write {{{whole}}}"
        raise Invalid(
            Problem(f"need a kind of {what}", node.where, f"one of: {names(table)}", described(node), next_step)
        )
    entries = entries_of(node)
    named = [value.text for key, value in entries if key.text in {"type", "kind"} and isinstance(value, Scalar)]
    if len(entries) != 1 or named:
        found = names(key.text for key, _ in entries)
        kind = next(iter(named), "")
        first = kind if kind in table else next(iter(table))
        next_step = (elsewhere.get(kind.lower()) or f"the kind is the key itself: {first}: {{…}}") if kind else ""
        raise Invalid(
            Problem(f"need exactly one kind of {what}", node.where, f"one of: {names(table)}", found, next_step)
        )
    key, value = entries[0]
    if key.text not in table:
        raise Invalid(unknown_key(key, table, f"unknown kind of {what}", elsewhere, every))
    return key, read(table[key.text], value)


def plain(value: Any) -> Any:
    """A model as plain data: leaves by their values, keys as written, what was left out left out."""
    if hasattr(value, "node"):
        return value.value
    if isinstance(value, Model):
        pairs = ((field.key, getattr(value, field.attribute)) for field in fields_of(type(value)))
        return {key: plain(item) for key, item in pairs if item is not None}
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value]
