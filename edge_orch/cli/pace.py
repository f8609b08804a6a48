"""When the records of `edge-orch run` arrive: as they come, so many a second, or at a virtual time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator

from edge_orch.engine.records import Batch
from edge_orch.jobtest.lines import whole_lines
from edge_orch.time import Instant

STEPS_A_SECOND = 20
"""How often records are let through at a high rate: they come in small groups, which costs less than one by one."""


class Pace:
    """Hands records on when it is their time. `rate`: records a second; `at_us`: the wall clock begins there.

    With `at_us` the clock is virtual: it stands still but for the `rate`, and nothing waits.
    """

    def __init__(
        self,
        rate: float | None = None,
        at_us: int | None = None,
        *,
        clock: Callable[[], Instant] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = rate
        self._at_us = at_us
        self._clock = clock or _clock
        self._sleep = sleep
        self._sent = 0
        self._start_us = self.now().mono_us

    def now(self) -> Instant:
        """What time it is for the job."""
        if self._at_us is None:
            return self._clock()
        passed = self._due_us()
        return Instant(self._at_us + passed, passed, "run")

    def batches(self, pieces: Iterable[bytes], partition: str) -> Iterator[Batch | Instant]:
        """Batches of one partition, each at its time; an empty piece says that time passes without records."""
        position = 0
        for payload in whole_lines(pieces):
            if not payload:
                yield self.now()
                continue
            for group in self._groups(payload):
                self._wait()
                yield Batch(partition, group, self.now(), position)
                count = group.count(b"\n") or 1
                position += count
                self._sent += count

    def document(self, pieces: Iterable[bytes], partition: str) -> Iterator[Batch]:
        """All of them as one record."""
        record = b"".join(pieces)
        self._wait()
        yield Batch(partition, [record], self.now())
        self._sent += 1

    def _groups(self, payload: bytes) -> Iterator[bytes]:
        if self._rate is None:
            yield payload
            return
        lines = [line + b"\n" for line in payload.removesuffix(b"\n").split(b"\n")]
        size = 1 if self._at_us is not None else max(1, math.ceil(self._rate / STEPS_A_SECOND))
        for first in range(0, len(lines), size):
            yield b"".join(lines[first : first + size])

    def _wait(self) -> None:
        if self._rate is not None and self._at_us is None:
            self._sleep(max(0.0, (self._start_us + self._due_us() - self._clock().mono_us) / 1e6))

    def _due_us(self) -> int:
        """How long after the start the next record arrives."""
        return round(self._sent / self._rate * 1e6) if self._rate else 0


def _clock() -> Instant:
    return Instant(time.time_ns() // 1000, time.monotonic_ns() // 1000, "run")
