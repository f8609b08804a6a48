"""Records on their way to outputs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.encoding import record_lines
from edge_orch.engine.records import Chunk
from edge_orch.engine.stream import Stream


@given(st.lists(st.lists(st.integers(0, 9), max_size=3), max_size=4), st.booleans())
def test_what_was_collected_is_taken_once_and_in_order(parts: list[list[int]], encoded_last: bool) -> None:
    stream = Stream(["out"], record_lines)
    for number, part in enumerate(parts, start=1):
        stream.rows.extend(part)
        if number < len(parts) or encoded_last:
            stream.encode()
    every = [row for part in parts for row in part]

    assert stream.take() == (Chunk(b"".join(b"%d\n" % row for row in every), len(every)) if every else None)
    assert stream.take() is None


def test_rows_are_the_same_list_for_ever() -> None:
    stream = Stream(["out"], record_lines)
    rows = stream.rows
    for _ in range(2):
        rows.append(1)
        assert stream.take() == Chunk(b"1\n", 1)
        rows.append(2)
        stream.encode()
        assert stream.take() == Chunk(b"2\n", 1)

    assert stream.rows is rows
