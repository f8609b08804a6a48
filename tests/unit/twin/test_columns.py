"""Columns, held to the examples of the format's specification and to bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.errors import Refused
from edge_orch.twin.columns import Reader, booleans, deltas, integers, texts


@pytest.mark.parametrize(
    ("data", "unsigned", "signed"),
    [
        ("00", 0, 0),
        ("01", 1, 1),
        ("7f", 127, -1),
        ("8001", 128, 128),
        ("8101", 129, 129),
        ("ff7e", 16255, -129),
        ("ffffffffffffffffff01", 2**64 - 1, None),
        ("ffffffffffffffffff00", 2**63 - 1, 2**63 - 1),
        ("8080808080808080807f", None, -(2**63)),
        ("80808080808080808002", None, None),
        ("8080808080808080808001", None, None),
        ("80", None, None),
    ],
)
def test_leb128(data: str, unsigned: int | None, signed: int | None) -> None:
    for read, expected in ((Reader.unsigned, unsigned), (Reader.signed, signed)):
        reader = Reader(bytes.fromhex(data))
        if expected is None:
            with pytest.raises(Refused):
                read(reader)
        else:
            assert read(reader) == expected
            assert reader.done


def test_run_length() -> None:
    assert integers(bytes.fromhex("0301 0002 7d 04 05 06".replace(" ", "")), 10) == [1, 1, 1, None, None, 4, 5, 6]
    assert texts(b"\x02\x02hi\x7f\x00", 10) == ["hi", "hi", ""]
    assert deltas(bytes.fromhex("0301 7e 05 7f".replace(" ", "")), 10) == [1, 2, 3, 8, 7]
    assert booleans(bytes([0, 2, 1]), 10) == [True, True, False]


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (integers, b"\x0b\x01"),  # eleven rows
        (integers, b"\x00\x0b"),
        (integers, b"\x75" + b"\x01" * 11),
        (integers, b"\x00\x00"),  # an empty run
        (integers, b"\x03"),  # a run of nothing
        (texts, b"\x01\x05hi"),
        (texts, b"\x01\x02\xff\xff"),
        (deltas, b"\x00\x01"),
        (booleans, b"\x05\x06"),
    ],
)
def test_what_breaks_the_format_or_the_bound_is_refused(read: Callable[[bytes, int], Any], data: bytes) -> None:
    with pytest.raises(Refused):
        read(data, 10)


@given(st.binary(max_size=64), st.integers(0, 50))
def test_no_bytes_make_more_rows_than_allowed(data: bytes, limit: int) -> None:
    for read in (integers, texts, deltas, booleans):
        try:
            rows = read(data, limit)
        except Refused:
            continue
        assert len(rows) <= limit
