"""Values of one scalar: each knows how to read itself from a node and what its JSON Schema is."""

from __future__ import annotations

import math
import re
from functools import cache
from inspect import get_annotations
from typing import Any, ClassVar, Self, get_args
from unicodedata import normalize

import msgspec

from edge_orch.errors import Invalid, Location, Problem
from edge_orch.spec.mismatch import CONDITION, FLAG, WHOLE_NUMBER, mismatch, quoted
from edge_orch.spec.nodes import Node, NodeValue, Scalar, described
from edge_orch.spec.words import cut_by_a_comma, did_you_mean

JsonSchema = dict[str, Any]
INT64 = (-(1 << 63), (1 << 63) - 1)


class Leaf(msgspec.Struct, frozen=True):
    """A typed value and the scalar it was read from."""

    value: Any
    node: Scalar
    expected: ClassVar[str] = "text"
    schema: ClassVar[JsonSchema] = {"type": "string"}

    @property
    def where(self) -> Location:
        return self.node.where

    @classmethod
    def read(cls, node: Node) -> Self:
        """The leaf in `node`. Raises `Invalid` at the node when it is of another type."""
        if not isinstance(node, Scalar):
            raise mismatch(node, cls.expected)
        return cls(cls.parse(node), node)

    @classmethod
    def parse(cls, node: Scalar) -> Any:
        """The value of the scalar, or `Invalid`."""
        if not isinstance(node.value, str):
            raise mismatch(node, cls.expected, "put it in quotes" if node.text else "")
        return node.text

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return dict(cls.schema)


def value_of(leaf: Leaf | None) -> Any:
    """The value of what may be left out: None if it was."""
    return None if leaf is None else leaf.value


class Text(Leaf, frozen=True):
    """Any text."""

    value: str


class Constant(Leaf, frozen=True):
    """A scalar of any type, left as it is for someone who knows the type to judge."""

    value: NodeValue
    expected: ClassVar[str] = "a single value"
    schema: ClassVar[JsonSchema] = {"type": ["boolean", "number", "string"]}

    @classmethod
    def parse(cls, node: Scalar) -> NodeValue:
        if node.value is None:
            raise mismatch(node, cls.expected)
        return node.value


class Name(Leaf, frozen=True):
    """A name that expressions can use: letters, digits, `_`; at most 63 characters."""

    value: str
    pattern: ClassVar[str] = r"[A-Za-z_][A-Za-z0-9_]{0,62}"
    rule: ClassVar[str] = "letters, digits and _, not beginning with a digit, at most 63"
    examples: ClassVar[tuple[str, ...]] = ("temp_c",)

    @classmethod
    def parse(cls, node: Scalar) -> str:
        if not re.fullmatch(cls.pattern, node.text):
            raise Invalid(Problem("not a name", node.where, cls.rule, repr(node.text[:80]), cls.mended(node.text)))
        return node.text

    @classmethod
    def mended(cls, text: str) -> str:
        """The next step for what is no name."""
        if cut_by_a_comma(text):
            return "inside { } a comma ends a value: put the expression before it in quotes"
        if text == "*":
            return "declared fields pass by themselves; a whole record leaves by path: $ and an output's merge_into"
        if re.search(r"[()*+=]|::|(?i:\bas\b)", text):
            return "name a field; what is to be computed goes into a map step before" if len(text) > 1 else ""
        if not text:
            return "give it a name"
        name = cls.spelt(_without_accents(text))
        name = name if not name[:1].isdigit() or re.fullmatch(cls.pattern, name) else f"_{name}"
        step = f"write {name}" if re.fullmatch(cls.pattern, name) and name != "_" else ""
        there = f"; a field with path: {quoted(text)} is read from there, and set there by merge_into"
        return step + there if step and re.fullmatch(r"@\w+|@?\w+(\.\w+)+", text) else step

    @classmethod
    def spelt(cls, text: str) -> str:
        """The name that is nearest to `text`."""
        return re.sub("[^A-Za-z0-9_]+", "_", text).strip("_")[:63]

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return {"type": "string", "pattern": f"^{cls.pattern}$", "examples": list(cls.examples)}


class StepInput(Name, frozen=True):
    """Whose records are taken: a step's name, or `route.branch`."""

    pattern: ClassVar[str] = rf"{Name.pattern}(\.{Name.pattern})?"
    rule: ClassVar[str] = "the name of a step, or of a route and its branch: route.hot"
    examples: ClassVar[tuple[str, ...]] = ("schematize", "route.hot")

    @classmethod
    def mended(cls, text: str) -> str:
        several = re.fullmatch(rf"{cls.pattern}( *, *{cls.pattern})+", text)
        return f"write [{text}]" if several else super().mended(text).replace("give it a name", "name a step")

    @classmethod
    def spelt(cls, text: str) -> str:
        return "" if text[:1].isdigit() else super().spelt(text)


class JobName(Name, frozen=True):
    """The name of a job: part of topics and addresses, hence small letters, digits and `-` only."""

    pattern: ClassVar[str] = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    rule: ClassVar[str] = "small letters, digits and - inside, at most 63"
    examples: ClassVar[tuple[str, ...]] = ("press-temperature",)

    @classmethod
    def spelt(cls, text: str) -> str:
        return re.sub("[^a-z0-9]+", "-", text.lower())[:63].strip("-")


class LabelName(Name, frozen=True):
    """The key of a label, of a header or of a sink: may have `-`, `.` and `/` inside."""

    pattern: ClassVar[str] = r"[A-Za-z0-9_]([A-Za-z0-9_./-]{0,61}[A-Za-z0-9_])?"
    rule: ClassVar[str] = "letters, digits, _ and - . / inside, at most 63"
    examples: ClassVar[tuple[str, ...]] = ("oncall",)

    @classmethod
    def mended(cls, text: str) -> str:
        return "name a sink that spec.sinks declares" if "@" in text else super().mended(text)

    @classmethod
    def spelt(cls, text: str) -> str:
        return re.sub("[^A-Za-z0-9_./-]+", "-", text).strip("-./")[:63]


def _without_accents(text: str) -> str:
    """Letters of the Latin alphabet without what stands above or below them."""
    return "".join(normalize("NFKD", letter)[0] for letter in text.replace("ß", "ss"))


def refuse_leading_zero(node: Scalar) -> None:
    """Raise `Invalid` for `010`: to some it is ten, to others, YAML 1.1 among them, eight."""
    if node.plain and re.fullmatch(r"[-+]?0[0-9]+", node.text):
        octal = "" if re.search("[89]", node.text) else f", or {int(node.text, 8)} if octal digits are meant"
        next_step = f"write {int(node.text)}{octal}"
        raise Invalid(Problem("a number that begins with 0", node.where, "", node.text[:60], next_step))


class Integer(Leaf, frozen=True):
    """A whole number within bounds."""

    value: int
    expected: ClassVar[str] = WHOLE_NUMBER
    minimum: ClassVar[int] = INT64[0]
    maximum: ClassVar[int] = INT64[1]

    @classmethod
    def parse(cls, node: Scalar) -> int:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int):
            raise mismatch(node, cls.expected)
        refuse_leading_zero(node)
        if not cls.minimum <= value <= cls.maximum:
            is_open = cls.minimum > INT64[0] and cls.maximum == INT64[1] and value < cls.minimum
            expected = f"{cls.minimum} or more" if is_open else f"{cls.minimum} to {cls.maximum}"
            raise Invalid(Problem("out of range", node.where, expected, node.text[:60]))
        return value

    @classmethod
    def json_schema(cls) -> JsonSchema:
        bounds = {"minimum": cls.minimum, "maximum": cls.maximum}
        return {"type": "integer"} | ({} if (cls.minimum, cls.maximum) == INT64 else bounds)


class Number(Leaf, frozen=True):
    """A finite number."""

    value: float
    expected: ClassVar[str] = "a number"
    schema: ClassVar[JsonSchema] = {"type": "number"}

    @classmethod
    def parse(cls, node: Scalar) -> float:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise mismatch(node, cls.expected)
        refuse_leading_zero(node)
        if abs(value) > 1.7976931348623157e308 or math.isnan(value):
            raise Invalid(Problem("not a finite number", node.where, cls.expected, node.text[:60]))
        return float(value)


class Flag(Leaf, frozen=True):
    """true or false."""

    value: bool
    expected: ClassVar[str] = FLAG
    schema: ClassVar[JsonSchema] = {"type": "boolean"}

    @classmethod
    def parse(cls, node: Scalar) -> bool:
        if not isinstance(node.value, bool):
            raise mismatch(node, cls.expected)
        return node.value


class Choice(Leaf, frozen=True):
    """One of the words that the subclass's `value` names as a `Literal`."""

    value: str
    elsewhere: ClassVar[dict[str, str]] = {}
    """What other languages call a choice → what it is called here."""

    @classmethod
    @cache  # the annotation is a text, which is evaluated to be read
    def choices(cls) -> tuple[str, ...]:
        """The accepted words, in the order of their declaration."""
        return get_args(get_annotations(cls, eval_str=True)["value"])

    @classmethod
    def parse(cls, node: Scalar) -> str:
        if node.text not in cls.choices():
            expected = " | ".join(cls.choices())
            meant = cls.elsewhere.get(node.text.lower())
            meant = meant or (cls.choices()[0] if len(cls.choices()) == 1 else "")
            near = f"write {meant}" if meant else did_you_mean(node.text, cls.choices())
            raise Invalid(Problem("not one of the choices", node.where, expected, described(node), near))
        return node.text

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return {"enum": list(cls.choices())}


class Sql(Leaf, frozen=True):
    """An SQL expression, not yet parsed; a bare number or boolean is one too."""

    value: str
    expected: ClassVar[str] = CONDITION
    schema: ClassVar[JsonSchema] = {"type": ["string", "number", "boolean"], "examples": ["temp_c > :hot_c"]}

    @classmethod
    def parse(cls, node: Scalar) -> str:
        if node.plain and not node.text:
            raise mismatch(node, cls.expected)
        return node.text
