"""`mask: {name: redact, card: {truncate: 4}, email: {hash: '${secret:PII_KEY}'}, age: {generalize: 10}}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from edge_orch.spec.json_schema import variant_schema
from edge_orch.spec.leaves import Constant, Integer, JsonSchema, Name, Text
from edge_orch.spec.nodes import Node, Scalar
from edge_orch.spec.reading import Doc, read_variant
from edge_orch.spec.references import Secret

REDACTED = "[REDACTED]"


class Length(Integer, frozen=True):
    """A number of characters."""

    minimum: ClassVar[int] = 1
    maximum: ClassVar[int] = 1_000_000


METHODS: dict[str, Any] = {"redact": Text, "truncate": Length, "hash": Secret, "generalize": Constant}


@dataclass(frozen=True)
class Method:
    """`{kind: option}` out of `METHODS`; `redact` alone stands for `{redact: '[REDACTED]'}`."""

    kind: Scalar
    option: Any

    @classmethod
    def read(cls, node: Node) -> Self:
        if isinstance(node, Scalar) and node.text == "redact":
            return cls(node, Text(REDACTED, node))
        return cls(*read_variant(node, METHODS, "masking"))

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return {"anyOf": [{"const": "redact"}, variant_schema(METHODS)]}


@dataclass(frozen=True)
class Mask:
    """Make fields say less: redact, truncate, hash (HMAC-SHA-256 under a secret key) or generalize to bins."""

    inline: ClassVar[bool] = True
    methods: Annotated[dict[Name, Method], Doc("field: method")]
