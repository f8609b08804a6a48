from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge_orch.jobtest.lines import LONGEST_LINE, batches, whole_lines
from edge_orch.time import Instant

NOW = Instant(0, 0, "boot")
CHUNKS = st.lists(st.binary(max_size=6).map(lambda chunk: chunk.replace(b"\x00", b"\n")), max_size=20)


@given(CHUNKS)
def test_bytes_stay_the_same_and_pieces_end_with_lines(chunks: list[bytes]) -> None:
    pieces = list(whole_lines(chunks))
    assert b"".join(pieces) == b"".join(chunks)
    assert all(piece.endswith(b"\n") for piece in [piece for piece in pieces if piece][:-1])
    assert pieces.count(b"") == chunks.count(b"")


@given(CHUNKS)
def test_a_batchs_position_is_the_number_of_lines_before_it(chunks: list[bytes]) -> None:
    before = b""
    for batch in batches(chunks, "file", lambda: NOW):
        assert batch.position == before.count(b"\n")
        assert isinstance(batch.payload, bytes)
        before += batch.payload


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    pieces = list(whole_lines([b"x" * (LONGEST_LINE - 1), b"y" * 2, b"z\n"]))
    assert [len(piece) for piece in pieces] == [LONGEST_LINE + 1, 3]
