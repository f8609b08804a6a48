from __future__ import annotations

from base64 import b64encode
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.calls.json import MOST_ELEMENTS
from edge_orch.engine.documents import document_reader
from edge_orch.engine.formats.msgpack import MOST_JSON
from edge_orch.engine.formats.msgpack_sequence import array_of
from edge_orch.engine.json_objects import Misfit
from edge_orch.engine.text_reader import text_reader
from edge_orch.plan.formats import MsgpackFormat
from tests.unit.engine.plans import STRING, parsed

packed = msgspec.msgpack.encode
decoded = msgspec.msgpack.Decoder().decode
ALL = parsed("all", STRING, json=True, path=())
SEQUENCE = MsgpackFormat(sequence=True)

plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 63), (1 << 64) - 1),
    st.floats(allow_nan=False),
    st.text(max_size=40),
    st.binary(max_size=40),
    st.builds(msgspec.msgpack.Ext, st.integers(5, 127), st.binary(max_size=20)),
)
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5)
)


@given(st.lists(values, max_size=5))
def test_values_one_after_the_other_are_an_array_of_them(found: list[Any]) -> None:
    assert decoded(array_of(b"".join(map(packed, found)))) == found


@given(st.lists(values, min_size=1, max_size=5), st.data())
def test_what_is_broken_off_is_refused(found: list[Any], data: st.DataObject) -> None:
    *before, last = map(packed, found)
    cut = data.draw(st.integers(1, len(last))) if len(last) > 1 else 1
    whole = array_of(b"".join(before) + last[:cut])
    if cut == len(last):
        assert decoded(whole) == found
    else:
        with pytest.raises(msgspec.DecodeError):
            decoded(whole)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_array_or_refused(data: bytes) -> None:
    try:
        decoded(array_of(data))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError):
        return


@pytest.mark.parametrize("size", [15, 16, 31, 32, 255, 256, 65_535, 65_536])
def test_every_way_in_which_a_size_is_written(size: int) -> None:
    found = ["a" * size, b"b" * size, list(range(size)), dict.fromkeys(map(str, range(size))), 7]
    found.insert(0, msgspec.msgpack.Ext(9, b"c" * size))
    assert decoded(array_of(b"".join(map(packed, found)))) == found


def test_a_record_is_all_that_follow_each_other() -> None:
    read = document_reader(SEQUENCE, [ALL])
    body = packed([1, {"a": b"\n"}]) + packed(None) + packed("x")
    assert read(body) == ('[[1,{"a":"Cg=="}],null,"x"]',)
    assert read(None) == ("[]",)
    with pytest.raises(Misfit, match="truncated"):
        read(body[:-1])
    with pytest.raises(Misfit, match="malformed"):
        read(body + b"\xc1")


def test_what_is_too_much_is_not_looked_through() -> None:
    read = document_reader(SEQUENCE, [ALL])
    assert read(b"\x01" * MOST_ELEMENTS)[0].count("1") == MOST_ELEMENTS
    with pytest.raises(Misfit, match="has more than 100,000 values"):
        read(b"\x01" * (MOST_ELEMENTS + 1))
    with pytest.raises(Misfit, match=f"has {MOST_JSON + 3:,} bytes; at most"):
        read(packed("a" * (MOST_JSON - 2)))


def test_a_packed_value_inside_a_record_may_be_a_sequence() -> None:
    read = text_reader(SEQUENCE, [ALL])
    assert read(b64encode(packed(1) + packed(2)).decode(), 0) == ("[1,2]", "", "")
    assert read("", 0) == ("[]", "", "")
    assert read("?", 0) == (None, "is not base64", "")
