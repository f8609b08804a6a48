from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge_orch.jobtest.alignment import MOST_COMPARED, Pair, aligned

TEXTS = st.text("abc", max_size=12)


def pairs(left: str, right: str) -> list[Pair]:
    return list(aligned(len(left), len(right), lambda i, j: left[i] == right[j]))


def test_one_too_few_in_the_middle_is_one_difference() -> None:
    assert pairs("abcd", "abd") == [(0, 0), (1, 1), (2, None), (3, 2)]
    assert pairs("abd", "abcd") == [(0, 0), (1, 1), (None, 2), (2, 3)]


def test_what_differs_at_one_place_stands_side_by_side() -> None:
    assert pairs("axc", "ayc") == [(0, 0), (1, 1), (2, 2)]


def test_long_lists_that_share_nothing_are_laid_side_by_side() -> None:
    count = int(MOST_COMPARED**0.5) + 1
    assert len(list(aligned(count, count, lambda _i, _j: False))) == count


@given(TEXTS, TEXTS)
def test_every_place_stands_once_and_in_order(left: str, right: str) -> None:
    found = pairs(left, right)
    assert [i for i, _ in found if i is not None] == list(range(len(left)))
    assert [j for _, j in found if j is not None] == list(range(len(right)))


@given(TEXTS)
def test_equal_lists_are_paired_place_by_place(text: str) -> None:
    assert pairs(text, text) == [(i, i) for i in range(len(text))]
