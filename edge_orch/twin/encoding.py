"""Facts as immutable JSON text under a section and a key, and back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from edge_orch.errors import Invalid, Problem
from edge_orch.twin.facts import SECTION_OF, Fact, Override, Section, Silence

MAX_FACT = 16 * 1024
"""Bytes of one fact's text."""
_CODE = 64
"""Of them kept for the code that a controller adds (`edge_orch.twin.hand`)."""
MAX_KEY = 512
"""Bytes of one fact's key."""

MAX_WORDS = 1_000
"""Characters of a text that somebody else wrote (an error, the values in a summary), in the facts that we write."""

_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODERS: dict[Section, msgspec.json.Decoder[Any]] = {
    section: msgspec.json.Decoder(kind) for kind, section in SECTION_OF.items()
}


def encode_fact(fact: Fact) -> tuple[Section, str, str]:
    """Section, key and text. The same fact gives the same text. Raises `Invalid` when it can never be stored."""
    if isinstance(fact, Override) and isinstance(fact.value, float) and not math.isfinite(fact.value):
        raise Invalid(Problem(f"the value of parameter {fact.param} is not a finite number", found=str(fact.value)))
    section, key, data = SECTION_OF[type(fact)], fact.key, _ENCODER.encode(fact)
    if len(data) > MAX_FACT - _CODE or not 0 < len(key.encode()) <= MAX_KEY:
        raise Invalid(
            Problem(
                f"too large for a fact in {section}",
                expected=f"key ≤ {MAX_KEY} bytes, text ≤ {MAX_FACT - _CODE} bytes",
                found=f"{len(key.encode())} and {len(data)} bytes",
                next_step="shorten the note, reason, labels or error text",
            )
        )
    return section, key, data.decode()


def shortened(words: str) -> str:
    """The words, or as many of them as a fact has room for: a fact that is too large would never be told at all."""
    return words if len(words) <= MAX_WORDS else words[: MAX_WORDS - 1] + "…"


def decode_fact(section: Section, key: str, text: str) -> Fact | None:
    """The fact in `text`, or None when this version cannot read it or it is not what its key says.

    A newer version may write what this one cannot read yet: such a fact is kept and passed on, and means nothing here.
    """
    decoder = _DECODERS.get(section)
    try:
        fact: Fact | None = decoder.decode(text) if decoder else None
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    if fact is None or fact.key != key:
        return None
    if isinstance(fact, Override | Silence) and not fact.id.startswith(fact.origin[0] + "-"):
        return None
    return fact


def batches(texts: dict[tuple[Section, str], str], size: int, count: int) -> Iterator[dict[tuple[Section, str], str]]:
    """The texts in parts of at most `size` bytes with their keys (or one text that is larger) and `count` texts."""
    batch: dict[tuple[Section, str], str] = {}
    taken = 0
    for (section, key), text in texts.items():
        length = len(key.encode()) + len(text.encode())
        if batch and (taken + length > size or len(batch) == count):
            yield batch
            batch, taken = {}, 0
        batch[section, key] = text
        taken += length
    if batch:
        yield batch
