"""Fields that say less."""

from __future__ import annotations

import msgspec

from edge_orch.plan.schema import Schema


class Redact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="method", tag="redact"):
    """Any text becomes this one."""

    replacement: str


class Truncate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="method", tag="truncate"):
    """The first `length` characters of a text stay."""

    length: int


class Hash(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="method", tag="hash"):
    """HMAC-SHA-256 of a value's text, in hexadecimal. `key`: a `${secret:NAME}`, which only the device resolves."""

    key: str


class Encrypt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="method", tag="encrypt"):
    """AES-256-GCM of a value's text, as text that names the key. `key`: as in `Hash`."""

    key: str
    key_id: str


class Generalize(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="method", tag="generalize"):
    """The lower edge of the bin of this width (microseconds for timestamps) that a value lies in."""

    width: int | float


Masking = Redact | Truncate | Hash | Encrypt | Generalize


class Mask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="mask"):
    """Make fields say less than they did: each named field by its method. NULL stays NULL."""

    name: str
    input: str
    maskings: tuple[tuple[str, Masking], ...]
    schema: Schema
