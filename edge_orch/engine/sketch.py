"""A quantile sketch: small, mergeable, with bounded relative error.

DDSketch (Masson, Rim, Lee: "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees",
PVLDB 12(12), 2019), from the mapping and the stores of the library of that name. Its own class of sketches also keeps
sum, least and greatest of all values, which cost a third of the time and are of no use here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import repeat

from ddsketch.mapping import LogarithmicMapping
from ddsketch.store import CollapsingLowestDenseStore

RELATIVE_ERROR = 0.01
MOST_BUCKETS = 2048  # of each sign; spans 17 decades at 1 %: beyond that the smallest magnitudes share one bucket

Counts = dict[int, int]
State = tuple[Counts, Counts, int]

_MAPPING = LogarithmicMapping(RELATIVE_ERROR)


class Sketch:
    """Counts per bucket. Adding in any order, or merging two sketches, gives the same sketch."""

    def __init__(self, state: State | None = None) -> None:
        positive, negative, self._zeros = state or ({}, {}, 0)
        self._positive, self._negative = _store(positive), _store(negative)

    def add(self, values: Iterable[float], counts: Iterable[int] = repeat(1)) -> None:
        """Count finite values, each once or as often as it came. Those below the smallest normal float are zeros."""
        key, least, most = _MAPPING.key, _MAPPING.min_possible, _MAPPING.max_possible
        for value, count in zip(values, counts, strict=False):
            if value > least:
                self._positive.add(key(min(value, most)), count)
            elif value < -least:
                self._negative.add(key(min(-value, most)), count)
            else:
                self._zeros += count

    def merge(self, other: Sketch) -> None:
        """Count all that `other` counted."""
        self._positive.merge(other._positive)
        self._negative.merge(other._negative)
        self._zeros += other._zeros

    def at_rank(self, rank: int) -> float:
        """The value of that rank, counted from zero in rising order, within 1 % of the true one."""
        below, upto = self._negative.count, self._negative.count + self._zeros
        if rank < below:
            return -_MAPPING.value(self._negative.key_at_rank(below - rank - 1, lower=False))
        return 0.0 if rank < upto else _MAPPING.value(self._positive.key_at_rank(rank - upto))

    @property
    def buckets(self) -> int:
        """How many there are, empty ones between others too."""
        return self._positive.length() + self._negative.length()

    def state(self) -> State:
        """What `Sketch(state)` goes on from: counts by bucket, of values above and below zero, and of zeros."""
        return (_counts(self._positive), _counts(self._negative), self._zeros)


def _store(counts: Mapping[int, int]) -> CollapsingLowestDenseStore:
    store = CollapsingLowestDenseStore(MOST_BUCKETS)
    for bucket, count in counts.items():
        store.add(bucket, count)
    return store


def _counts(store: CollapsingLowestDenseStore) -> Counts:
    return {bucket: int(count) for bucket, count in enumerate(store.bins, store.offset) if count}
