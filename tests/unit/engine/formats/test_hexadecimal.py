from __future__ import annotations

from base64 import b64encode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.documents import document_reader
from edge_orch.engine.formats.hexadecimal import hex_reader
from edge_orch.engine.json_objects import Misfit
from edge_orch.engine.records import Batch
from edge_orch.engine.text_reader import text_reader
from edge_orch.plan.formats import HexFormat
from edge_orch.time import Instant
from tests.unit.engine.plans import STRING, parsed, pipeline, plan, rows, schematize

FRAME = parsed("frame", STRING)


@given(st.binary())
def test_all_bytes_of_a_record_are_there(data: bytes) -> None:
    read = document_reader(HexFormat(), [FRAME])
    (text,) = read(data)
    assert bytes.fromhex(text) == data
    assert text == text.upper()
    assert read(b64encode(data).decode()) == (text,)


def test_what_the_field_refuses() -> None:
    with pytest.raises(Misfit, match="is missing"):
        hex_reader([FRAME])(None)
    assert hex_reader([parsed("frame", STRING, required=False)])(None) == (None,)
    with pytest.raises(Misfit, match="is not base64"):
        hex_reader([FRAME])("?")
    with pytest.raises(Misfit, match="does not match"):
        hex_reader([parsed("frame", STRING, pattern="0A.*")])(b"\x0b")
    assert text_reader(HexFormat(), [FRAME])("AQI=", 0) == ("0102", "", "")


def test_records_of_a_batch_are_whole_messages() -> None:
    job = plan(msgspec.structs.replace(schematize(FRAME), format=HexFormat()))
    emission = pipeline(job).process(Batch("a", [b"\n\x00", b" ", b"\xff\n"], Instant(0, 0, "test"), 0))
    assert rows(emission) == [{"frame": "0A00"}, {"frame": "20"}, {"frame": "FF0A"}]
