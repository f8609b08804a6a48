"""`mask: {name: redact, card: {truncate: 4}, email: {hash: '${secret:PII_KEY}'}, age: {generalize: 10}}`."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from edge_orch.spec import elsewhere
from edge_orch.spec.json_schema import variant_schema
from edge_orch.spec.leaves import Constant, Integer, JsonSchema, Name, Text
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Node, Scalar
from edge_orch.spec.reading import Doc, read_variant
from edge_orch.spec.references import Secret

REDACTED = "[REDACTED]"


class Length(Integer, frozen=True):
    """A number of characters."""

    minimum: ClassVar[int] = 1
    maximum: ClassVar[int] = 1_000_000


class Redact(Model, frozen=True):
    """Any text becomes one and the same; `redact` alone: `[REDACTED]`."""

    inline: ClassVar[bool] = True
    example: ClassVar[str] = "redact: '***'"
    sample: ClassVar[str] = '{"name": "Ada L"}'
    replacement: Annotated[Text, Doc("the text to put in its place")]


class Truncate(Model, frozen=True):
    """The first characters of a text stay."""

    inline: ClassVar[bool] = True
    example: ClassVar[str] = "truncate: 3"
    sample: ClassVar[str] = '{"name": "Ada L"}'
    length: Annotated[Length, Doc("how many characters stay")]


class Hash(Model, frozen=True):
    """HMAC-SHA-256 of the value's text, in hexadecimal: equal values stay equal, on every device with that key."""

    inline: ClassVar[bool] = True
    example: ClassVar[str] = "hash: '${secret:PII_KEY}'"
    sample: ClassVar[str] = '{"name": "Ada L"}'
    key: Annotated[Secret, Doc("the key, a secret of the device")]


class Generalize(Model, frozen=True):
    """The lower edge of the bin that a number or a timestamp lies in."""

    inline: ClassVar[bool] = True
    example: ClassVar[str] = "generalize: 10"
    sample: ClassVar[str] = '{"ts": "2026-01-01T00:00:00Z", "value": 37}'
    width: Annotated[Constant, Doc("the width of a bin: a number, for timestamps a duration")]


class KeyId(Name, frozen=True):
    """What names a key in what was encrypted with it."""

    pattern: ClassVar[str] = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}"
    rule: ClassVar[str] = "letters, digits and _ . - inside, at most 32"


class Encrypt(Model, frozen=True):
    """AES-256-GCM of the value's text, as `v1:KEY_ID:…`: who has the key can read it; equal values stay equal."""

    example: ClassVar[str] = "encrypt: {key: '${secret:PII_KEY}', key_id: plant-2026}"
    sample: ClassVar[str] = '{"name": "Ada L"}'
    key: Annotated[Secret, Doc("the key, a secret of the device: at least 32 random characters")]
    key_id: Annotated[KeyId, Doc("stands in what is encrypted, so that keys can change")]


METHODS: dict[str, Any] = {
    "redact": Redact,
    "truncate": Truncate,
    "hash": Hash,
    "encrypt": Encrypt,
    "generalize": Generalize,
}


class Method(Model, frozen=True):
    """`{kind: spec}` out of `METHODS`; `redact` alone stands for `{redact: '[REDACTED]'}`."""

    kind: Scalar
    spec: Any

    @classmethod
    def read(cls, node: Node) -> Self:
        if isinstance(node, Scalar) and node.text == "redact":
            return cls(node, Redact(Text(REDACTED, node)))
        return cls(*read_variant(node, METHODS, "masking", elsewhere.MASKINGS))

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return {"anyOf": [{"const": "redact"}, variant_schema(METHODS)]}


class Mask(Model, frozen=True):
    """Make fields say less: redact, truncate, hash, encrypt (both under a secret key) or generalize to bins."""

    inline: ClassVar[bool] = True
    example: ClassVar[str] = """
mask:
  name: redact
  card: {truncate: 4}
  age: {generalize: 10}
"""
    sample: ClassVar[str] = """
{"name": "Ada L", "card": "4012888888881881", "age": 37}
"""
    methods: Annotated[dict[Name, Method], Doc("field: method")]
