"""Which keys a sample keeps: decided by their hash alone, hence alike on every device and in every run."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

from edge_orch.engine.encoding import json_bytes

_HASHES = 1 << 64


def sampler(ratio: float) -> Callable[[tuple[object, ...]], bool]:
    """Whether a key is kept. A key that is kept at some ratio is kept at every higher one."""
    kept = round(ratio * _HASHES)
    encode = json_bytes

    def keeps(key: tuple[object, ...]) -> bool:
        return int.from_bytes(blake2b(encode(key), digest_size=8).digest()) < kept

    return keeps
