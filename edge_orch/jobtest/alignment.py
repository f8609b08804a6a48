"""Two lists side by side, so that one record too many or too few does not make all after it look wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator

MOST_COMPARED = 60_000
"""Pairs that are compared; longer lists are laid side by side from their beginnings."""

Pair = tuple[int | None, int | None]


def aligned(expected: int, found: int, same: Callable[[int, int], bool]) -> Iterator[Pair]:
    """Places of the one list beside places of the other, both in order; None where the other list has more.

    As many pairs as possible are the `same`; what stands between two such pairs is laid side by side.
    """
    start = 0
    while start < min(expected, found) and same(start, start):
        yield start, start
        start += 1
    end = 0
    while end < min(expected, found) - start and same(expected - 1 - end, found - 1 - end):
        end += 1
    yield from _between(range(start, expected - end), range(start, found - end), same)
    yield from ((expected - place, found - place) for place in range(end, 0, -1))


def _between(expected: range, found: range, same: Callable[[int, int], bool]) -> Iterator[Pair]:
    left, right = expected.start, found.start
    for i, j in [*_common(expected, found, same), (expected.stop, found.stop)]:
        yield from _side_by_side(range(left, i), range(right, j))
        if i < expected.stop:
            yield i, j
        left, right = i + 1, j + 1


def _side_by_side(expected: range, found: range) -> Iterator[Pair]:
    for offset in range(max(len(expected), len(found))):
        yield (
            expected[offset] if offset < len(expected) else None,
            found[offset] if offset < len(found) else None,
        )


def _common(expected: range, found: range, same: Callable[[int, int], bool]) -> list[tuple[int, int]]:
    """The longest common subsequence, as pairs of places; none where finding it would take too long."""
    if not expected or not found or len(expected) * len(found) > MOST_COMPARED:
        return []
    longest = [[0] * (len(found) + 1) for _ in range(len(expected) + 1)]
    for i in range(len(expected) - 1, -1, -1):
        for j in range(len(found) - 1, -1, -1):
            longest[i][j] = (
                longest[i + 1][j + 1] + 1 if same(expected[i], found[j]) else max(longest[i + 1][j], longest[i][j + 1])
            )
    pairs = []
    i = j = 0
    while i < len(expected) and j < len(found):
        if same(expected[i], found[j]):
            pairs.append((expected[i], found[j]))
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs
