"""A quantile sketch: small, mergeable, with bounded relative error.

DDSketch (Masson, Rim, Lee: "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees",
PVLDB 12(12), 2019): values fall into buckets whose bounds grow by a constant factor, so that a bucket's midpoint is
within 1 % of every value in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, exp, log

RELATIVE_ERROR = 0.01
MOST_BUCKETS = 2048  # of each sign; spans 17 decades at 1 %: beyond that the smallest magnitudes share one bucket

_GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_LOG_GAMMA = log(_GAMMA)

State = tuple[dict[int, int], dict[int, int], int]


class Sketch:
    """Counts per bucket. Adding in any order, or merging two sketches, gives the same sketch while none is full."""

    def __init__(self, state: State | None = None) -> None:
        self._positive, self._negative, self._zeros = state or ({}, {}, 0)

    def add(self, values: Iterable[float]) -> None:
        """Count finite values."""
        for value in values:
            if value == 0:
                self._zeros += 1
                continue
            buckets = self._positive if value > 0 else self._negative
            index = ceil(log(abs(value)) / _LOG_GAMMA)
            buckets[index] = buckets.get(index, 0) + 1
        self._collapse()

    def merge(self, other: Sketch) -> None:
        """Count all that `other` counted."""
        self._zeros += other._zeros
        for mine, theirs in ((self._positive, other._positive), (self._negative, other._negative)):
            for index, count in theirs.items():
                mine[index] = mine.get(index, 0) + count
        self._collapse()

    def at_rank(self, rank: int) -> float:
        """The value of that rank, counted from zero in rising order, within 1 % of the true one."""
        for index in sorted(self._negative, reverse=True):
            rank -= self._negative[index]
            if rank < 0:
                return -_midpoint(index)
        rank -= self._zeros
        if rank < 0:
            return 0.0
        for index in sorted(self._positive):
            rank -= self._positive[index]
            if rank < 0:
                return _midpoint(index)
        raise IndexError("rank beyond the number of values")

    @property
    def buckets(self) -> int:
        """How many there are."""
        return len(self._positive) + len(self._negative)

    def state(self) -> State:
        """What `Sketch(state)` goes on from."""
        return (self._positive, self._negative, self._zeros)

    def _collapse(self) -> None:
        for buckets in (self._positive, self._negative):
            if len(buckets) > MOST_BUCKETS:
                order = sorted(buckets)
                keep = order[-MOST_BUCKETS]
                buckets[keep] += sum(buckets.pop(index) for index in order[:-MOST_BUCKETS])


def _midpoint(index: int) -> float:
    return 2 * exp(index * _LOG_GAMMA) / (_GAMMA + 1)
