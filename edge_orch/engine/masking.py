"""What `mask` makes of one value. Keys stay inside the closures made here: in no plan, state, log or source."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from functools import lru_cache
from math import floor, isfinite
from sys import float_info
from typing import Any

from edge_orch.engine import stamps, texts
from edge_orch.engine.calls.cast import CASTS
from edge_orch.errors import Invalid, Problem
from edge_orch.plan.schema import FieldType
from edge_orch.plan.secrets import secret_name
from edge_orch.plan.steps import Encrypt, Generalize, Hash, Masking, Redact, Truncate
from edge_orch.trust.encryption import encrypter

Masker = Callable[[Any], Any]

HASHES_KEPT = 1024
LONGEST_KEPT = 64
"""Of so many texts, none longer, the hash is remembered: some 400 KB."""


def masker(method: Masking, type_: FieldType, secrets: Mapping[str, str]) -> Masker:
    """A function of non-NULL values of that type. Raises `Invalid` when the device lacks the key or it is empty."""
    match method:
        case Redact(replacement):
            return lambda _value: replacement
        case Truncate(length):
            return lambda value: value[:length]
        case Hash(key):
            return _hash(secret_name(key), type_, secrets)
        case Encrypt(key, key_id):
            encrypt = encrypter(_key(secret_name(key), secrets), key_id)
            to_text = CASTS.get((type_, FieldType.STRING), str)
            return lambda value: encrypt(str(to_text(value)))
        case Generalize(width):
            return _generalize(width, type_)


def masked_type(method: Masking, type_: FieldType) -> FieldType:
    """The type of what the method makes of a value of `type_`."""
    return FieldType.STRING if isinstance(method, Hash | Encrypt) else type_


def _key(name: str, secrets: Mapping[str, str]) -> bytes:
    if not secrets.get(name):
        raise Invalid(
            Problem(
                f"secret {name} is not on this device",
                next_step=f"put it into the file secrets/{name} of the agent's data folder",
            )
        )
    return secrets[name].encode()


def _hash(name: str, type_: FieldType, secrets: Mapping[str, str]) -> Masker:
    key = _key(name, secrets)
    to_text = CASTS.get((type_, FieldType.STRING), str)

    def mask(value: Any) -> str:
        return hmac.digest(key, str(to_text(value)).encode(), "sha256").hex()

    # Names come again and again. Only texts: other values may be equal and read differently, such as 0.0 and -0.0.
    remembered = lru_cache(HASHES_KEPT)(mask)
    if type_ is not FieldType.STRING:
        return mask
    return lambda text: remembered(text) if len(text) <= LONGEST_KEPT else mask(text)


def _generalize(width: float, type_: FieldType) -> Masker:
    # The first bin that a float, 64 bits, or a calendar can name begins where they do.
    if type_ is FieldType.FLOAT:

        def lower_edge(value: float) -> float:
            edge = floor(value / width) * width if isfinite(value / width) else value - value % width
            return max(round(edge, 12), -float_info.max)

        return lower_edge
    step = int(width)
    least = stamps.EARLIEST_US if type_ is FieldType.TIMESTAMP else texts.SMALLEST
    return lambda value: max(value - value % step, least)
