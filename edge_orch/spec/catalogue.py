"""Every component of the job language by kind: what it is, its options, an example. Read from the components.

A component is a class, or a function of expressions, that stands in one of the tables of its kind. Its docstring says
what it does, each `Doc` what an option means, and `example` shows it as it stands in a job: its name, a colon, its
options (for a format what `schematize` has beside it, for a function a whole expression). `sample` is raw input that
the example makes something of, one record a line; in hexadecimal where records are `binary`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, get_args, get_origin

import msgspec

from edge_orch.expr.functions import AGGREGATES, FUNCTIONS, AggregateFunction, Function
from edge_orch.spec.amounts import Duration, Size
from edge_orch.spec.defaults import Default
from edge_orch.spec.leaves import Choice, Constant, Flag, Integer, Name, Number, Sql
from edge_orch.spec.model import Model
from edge_orch.spec.reading import ModelField, fields_of, is_inline
from edge_orch.spec.references import Headers, Secret, Url
from edge_orch.spec.sinks import SINKS
from edge_orch.spec.sources import SOURCES
from edge_orch.spec.steps import STEPS
from edge_orch.spec.steps.formats import FORMATS
from edge_orch.spec.steps.lookup import LookupField
from edge_orch.spec.steps.mask import METHODS
from edge_orch.spec.steps.schematize import FieldSpec
from edge_orch.spec.steps.windows import WINDOWS

SAMPLE = """
{"ts": "2026-01-01T00:00:00Z", "sensor": "press-1", "temp_c": 21.5}
{"ts": "2026-01-01T00:00:04Z", "sensor": "press-2", "temp_c": 90.0}
{"ts": "2026-01-01T00:00:08Z", "sensor": "press-1", "temp_c": 95.5}
"""
"""What components that bring no sample of their own are shown with."""

_WORDS: dict[type, str] = {
    Sql: "expression",
    Name: "name",
    Duration: "duration",
    Size: "size",
    Flag: "true or false",
    Integer: "whole number",
    Number: "number",
    Constant: "value",
    Default: "value",
    Secret: "${secret:NAME}",
    Url: "address",
    Headers: "name: text",
    FieldSpec: "field",
    LookupField: "field",
}


class Kind(StrEnum):
    """Kinds of components, in the order of a record's way."""

    SOURCE = "source"
    FORMAT = "format"
    STEP = "step"
    MASKING = "masking"
    WINDOW = "window"
    AGGREGATE = "aggregate"
    FUNCTION = "function"
    SINK = "sink"


class Option(msgspec.Struct, frozen=True, omit_defaults=True):
    """A key of a component; `name` is dotted for keys inside it, and empty where the component has but one value.

    `default`: as it would be written; "" if it is required or nothing stands in for it.
    """

    name: str
    type: str
    doc: str
    required: bool = False
    default: str = ""


class Component(msgspec.Struct, frozen=True, omit_defaults=True):
    """A component for people and programs.

    `usage`: how a function is called. `shorthand`: the option that may stand alone in place of all.
    """

    name: str
    kind: Kind
    doc: str
    example: str
    options: tuple[Option, ...] = ()
    usage: str = ""
    shorthand: str = ""
    sample: str = ""
    binary: bool = False
    carries: tuple[str, ...] = ()


def components() -> list[Component]:
    """All of them, by kind, in the order of their tables."""
    tables: list[tuple[Kind, dict[str, Any]]] = [
        (Kind.SOURCE, SOURCES),
        (Kind.FORMAT, FORMATS),
        (Kind.STEP, STEPS),
        (Kind.MASKING, METHODS),
        (Kind.WINDOW, WINDOWS),
        (Kind.AGGREGATE, AGGREGATES),
        (Kind.FUNCTION, FUNCTIONS),
        (Kind.SINK, SINKS),
    ]
    return [_component(kind, name, member) for kind, table in tables for name, member in table.items()]


def _component(kind: Kind, name: str, member: Any) -> Component:
    if isinstance(member, Function | AggregateFunction):
        usage, _, doc = member.doc.partition("): ")
        return Component(name, kind, doc, member.example, usage=usage.rstrip(")") + ")", sample=SAMPLE.strip())
    return Component(
        name,
        kind,
        inspect.getdoc(member) or "",
        getattr(member, "example", "").strip(),
        tuple(options_of(member)),
        shorthand=getattr(member, "shorthand", ""),
        sample=getattr(member, "sample", SAMPLE).strip(),
        binary=getattr(member, "binary", False),
        carries=tuple(sorted(getattr(member, "carries", ()))),
    )


def options_of(model: Any, prefix: str = "") -> Iterator[Option]:
    """The keys of a model, each with those inside it right below."""
    for field in fields_of(getattr(model, "rest", model)):
        name = prefix.rstrip(".") if is_inline(model) else prefix + field.key
        yield Option(name, type_name(field.hint), field.doc.text, field.required, _default(field))
        item, below = _inner(field.hint)
        if _has_keys(item):
            yield from options_of(item, f"{name}{below}.")


def _default(field: ModelField) -> str:
    return "" if field.doc.default in {None, "[]", "{}"} else str(field.doc.default)


def _inner(hint: Any) -> tuple[Any, str]:
    """The model inside a hint, and what stands between its key and theirs."""
    if get_origin(hint) is dict:
        return get_args(hint)[1], ".NAME"
    if get_origin(hint) is tuple:
        return get_args(hint)[0], "[]"
    return hint, ""


def _has_keys(hint: Any) -> bool:
    """Whether it is a model whose keys are declared: by itself, or by the `rest` of one that reads itself."""
    if not issubclass(hint, Model):
        return False
    return hasattr(hint, "rest") or (bool(fields_of(hint)) and not hasattr(hint, "read"))


def type_name(hint: Any) -> str:
    """What a value of this type is, in a word or two."""
    if get_origin(hint) is tuple:
        return f"list of {type_name(get_args(hint)[0])}"
    if get_origin(hint) is dict:
        return f"{type_name(get_args(hint)[0])}: {type_name(get_args(hint)[1])}"
    if issubclass(hint, Choice):
        return " | ".join(hint.choices())
    named = next((word for base, word in _WORDS.items() if issubclass(hint, base)), "")
    if named or not issubclass(hint, Model):
        return named or "text"
    return "mapping" if _has_keys(hint) else re.sub("(?<!^)(?=[A-Z])", " ", getattr(hint, "__name__", "")).lower()
