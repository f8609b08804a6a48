from __future__ import annotations

from itertools import pairwise

import pytest
from edge_orch_agent.sources.framing import LONGEST, Framing, LineFraming, SyslogFraming
from hypothesis import given
from hypothesis import strategies as st

RECORDS = st.lists(st.binary(min_size=1, max_size=40).filter(lambda record: record.strip(b"\n") == record), max_size=8)


def in_pieces(framing: Framing, data: bytes, cuts: list[int]) -> list[bytes]:
    """What comes of the data, however the network cuts it."""
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    pieces = [data[start:end] for start, end in pairwise(places)]
    return [record for piece in pieces for record in framing.feed(piece)] + framing.finish()


@given(RECORDS, st.lists(st.integers(0, 500)))
def test_counted_records_come_out_as_they_went_in_however_they_are_cut(records: list[bytes], cuts: list[int]) -> None:
    data = b"".join(b"%d %s" % (len(record), record) for record in records)
    assert in_pieces(SyslogFraming(), data, cuts) == records


@given(RECORDS, st.lists(st.integers(0, 500)))
def test_lines_come_out_as_they_went_in_however_they_are_cut(records: list[bytes], cuts: list[int]) -> None:
    lines = [line for record in records for line in record.split(b"\n") if line]
    assert in_pieces(LineFraming(), b"\n".join(lines), cuts) == lines


@pytest.mark.parametrize(
    ("data", "records"),
    [
        (b"<34>1 first\n<34>1 second\n", [b"<34>1 first", b"<34>1 second"]),
        (b"11 <34>1 first<34>1 second\n", [b"<34>1 first", b"<34>1 second"]),  # both kinds on one connection
        (b"12 <34>1 first\n12 <34>1 other\n", [b"<34>1 first", b"<34>1 other"]),  # a newline that was counted
        (b"5 a\nb c", [b"a\nb c"]),
        (b"123\n45x\n", [b"123", b"45x"]),  # no count without its space
        (b"99999999 far too long\n", [b"99999999 far too long"]),
        (b"\n\n1 \n", []),
        (b"20 cut off", [b"20 cut off"]),
    ],
)
def test_syslog_tells_both_framings_apart(data: bytes, records: list[bytes]) -> None:
    assert in_pieces(SyslogFraming(), data, list(range(len(data)))) == records
    assert in_pieces(SyslogFraming(), data, []) == records


@pytest.mark.parametrize("framing", [LineFraming, SyslogFraming])
def test_an_endless_line_is_cut(framing: type[Framing]) -> None:
    endless = framing()
    assert endless.feed(b"x" * (LONGEST - 1)) == []
    assert endless.feed(b"x") == [b"x" * LONGEST]
    assert endless.feed(b"rest\n") == [b"rest"]
