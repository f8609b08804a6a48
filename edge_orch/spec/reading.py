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

from edge_orch.errors import Invalid, Location, Problem
from edge_orch.spec.keys import lifted, meant_for, outdented_key, outdented_keys, unknown_key
from edge_orch.spec.mismatch import mismatch
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Mapping, Node, Scalar, Sequence, described
from edge_orch.spec.shapes import listing, mapping
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
            raise mismatch(node, "a list", listing(node, get_args(hint)[0]))
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
        raise mismatch(node, "a mapping of keys to values", mapping(node, needed, known, (_ANY,)))
    return node.entries


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
    below = _deeper(fields)
    absent = known - entries.keys()
    unknown = [unknown_key(key, known, below=below, absent=absent) for key in strange if key.text not in outdented]
    missing = [field for field in fields if field.required and field.key not in entries]
    open_keys = {field.key for field in missing if get_origin(field.hint) is dict}
    values_of: dict[Location | None, Node] = {key.where: value for key, value in entries.values()}
    unknown, told = meant_for(unknown, {field.key: field.doc.text for field in missing}, open_keys, values_of)
    problems = [*unknown, *(outdented_key(key, outdented[key.text]) for key in strange if key.text in outdented)]

    def given(field: ModelField) -> Any:
        try:
            return read(field.hint, entries[field.key][1])
        except Invalid as error:
            found = lifted(error, field.key, absent)
            told.update(key for key in absent for one in found if one.what == f"unknown key `{key}`")
            raise Invalid(*found) from None

    def value_of(field: ModelField) -> tuple[str, Any]:
        if field.key in outdented.values() or field.key in told:
            raise Invalid  # what stands too far to the left, or under another name, is told
        if field.key in entries:
            return field.attribute, given(field)
        if field.required:
            raise Invalid(Problem(f"missing key `{field.key}`", node.where, next_step=f"add it: {field.doc.text}"))
        if field.doc.default is None:
            return field.attribute, None
        return field.attribute, _default(field, node)

    in_turn = sorted(fields, key=lambda field: field.key not in entries)  # what stands too deep is not missing as well
    return model(**dict(gathered(in_turn, value_of, problems)))


def _deeper(fields: list[ModelField]) -> dict[str, str]:
    """The keys of the models that stand below these fields, each with its field."""
    models = [field for field in fields if isinstance(field.hint, type) and hasattr(field.hint, "__annotations__")]
    return {key.key: field.key for field in models if not is_inline(field.hint) for key in fields_of(field.hint)}


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
    kinds = [key for key, _ in entries if key.text in table]
    if len(kinds) == 1 and not named and len(entries) > 1:
        options = _options(table[kinds[0].text])
        strange = [key for key, _ in entries if key is not kinds[0]]
        raise Invalid(*(unknown_key(key, table, below=dict.fromkeys(options, kinds[0].text)) for key in strange))
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


def _options(model: Any) -> list[str]:
    """The keys that a kind takes."""
    return [field.key for field in fields_of(model)] if hasattr(model, "__annotations__") else []


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
