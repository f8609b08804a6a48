from __future__ import annotations

from itertools import pairwise

from edge_orch_agent.core.portions import portions
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.records import Chunk

MOST = 20


def a_chunk(*records: bytes) -> Chunk:
    return Chunk(b"".join(record + b"\n" for record in records), len(records))


@given(st.lists(st.lists(st.binary(max_size=2 * MOST).map(lambda record: record.replace(b"\n", b"")), min_size=1)))
def test_every_record_is_in_one_portion_in_order_and_none_is_larger_than_need_be(batches: list[list[bytes]]) -> None:
    chunks = [a_chunk(*records) for records in batches]
    found = list(portions(chunks.copy(), MOST))
    assert b"".join(portion.data for portion in found) == b"".join(chunk.data for chunk in chunks)
    assert all(portion.count == portion.data.count(b"\n") for portion in found)
    assert all(portion.count == 1 or len(portion.data) <= MOST for portion in found)


@given(st.lists(st.integers(1, MOST - 1), max_size=40))
def test_no_two_neighbours_would_have_gone_into_one(sizes: list[int]) -> None:
    found = list(portions([a_chunk(b"x" * (size - 1)) for size in sizes], MOST))
    assert all(len(one.data) + len(next_.data) > MOST for one, next_ in pairwise(found))


def test_what_fits_is_not_copied() -> None:
    chunk = a_chunk(b"x" * MOST)
    (portion,) = portions([chunk], 2 * MOST)
    assert portion is chunk


def test_what_was_gathered_is_let_go_as_it_is_taken() -> None:
    chunks = [a_chunk(b"x" * MOST) for _ in range(3)]
    taken = portions(chunks, MOST)
    next(taken)
    assert len(chunks) == 1
