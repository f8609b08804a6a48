"""How long to wait before trying again."""

from __future__ import annotations

from random import Random

from edge_orch_agent.core.settings import Settings


class Backoff:
    """Exponential backoff with full jitter (AWS Architecture Blog, 2015), from a generator that the shell seeded."""

    def __init__(self, settings: Settings, random: Random) -> None:
        self._first, self._most = settings.retry_first_us, settings.retry_most_us
        self._random = random

    def delay_us(self, attempt: int) -> int:
        """A draw between 1 µs and the bound that doubles with every attempt, from `retry_first_us` at attempt 0."""
        return self._random.randint(1, min(self._most, self._first << min(attempt, 32)))
