"""Accumulators that have folded something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from edge_orch.engine.accumulators.accumulator import Accumulator


def folded(make: Callable[[], Accumulator], *lists: list[Any]) -> Accumulator:
    """An accumulator that took these lists, one after the other."""
    made = make()
    for values in lists:
        made.fold(values)
    return made


def reborn(make: Callable[[], Accumulator], before: Accumulator) -> Accumulator:
    """The same by way of msgpack."""
    made = make()
    made.restore(msgspec.msgpack.decode(msgspec.msgpack.encode(before.state()), strict=False))
    return made
