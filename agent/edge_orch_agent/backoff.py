"""Waiting before another attempt: exponential, full jitter, capped."""

from __future__ import annotations

import random

from edge_orch.wire.link import Jitter


def full_jitter(most_s: float) -> float:
    """Uniform from 0 to `most_s` seconds."""
    return random.uniform(0, most_s)  # noqa: S311 (spreads load, guards nothing)


class Backoff:
    """How long to wait before the next attempt; `most_s` bounds every wait."""

    def __init__(self, jitter: Jitter = full_jitter, first_s: float = 0.5, most_s: float = 30.0) -> None:
        self._jitter = jitter
        self._first_s = first_s
        self._most_s = most_s
        self._failures = 0

    def next_s(self, asked_s: float = 0.0) -> float:
        """Seconds to wait after one more failure. `asked_s`: within how long the other side asks us to come back."""
        bound = min(self._most_s, max(asked_s, self._first_s * 2 ** min(self._failures, 16)))
        self._failures += 1
        return self._jitter(bound)

    def succeeded(self) -> None:
        """Begin anew: the next failure waits briefly."""
        self._failures = 0
