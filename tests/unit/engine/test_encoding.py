from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import edge_orch.engine
from edge_orch.engine.encoding import json_bytes, long_record_lines, msgpack_bytes, record_lines
from edge_orch.plan.formats import XmlFormat
from edge_orch.plan.growth import lengthens
from edge_orch.plan.steps import Aggregation, Explode
from tests.unit.engine.plans import STRING, aggregate, call, col, mapped, parsed, plan, schematize

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)

# 40 MB of texts within 60: there is room for them, and none for their bytes.
PROGRAM = """
import resource, sys
from edge_orch.engine.encoding import json_bytes, long_record_lines, msgpack_bytes
from tests.unit.engine.plans import STRING, batch, call, col, lit, mapped, parsed, pipeline, plan, schematize

first = schematize(parsed("t", STRING))
longer = call("replace", col("t", STRING), lit("a", STRING), lit("b" * 200_000, STRING), type_=STRING)
job = pipeline(plan(first, mapped(first, name="out", t=(longer, STRING))))
records = batch([b'{"t": "aaaaaaaaaa"}'] * 20)
data = int(open("/proc/self/statm").read().split()[5]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_DATA, (data + (60 << 20), -1))
if sys.argv[1] == "pipeline":
    make = lambda: job.process(records)
else:
    texts = [str(number % 10) * 2_000_000 for number in range(20)]
    bytes_of = {"json": json_bytes, "msgpack": msgpack_bytes, "lines": long_record_lines}[sys.argv[1]]
    make = lambda: bytes_of(texts)
try:
    make()
except MemoryError:
    print("MemoryError")
"""


@given(VALUES)
def test_it_is_what_msgspec_makes(value: object) -> None:
    assert json_bytes(value) == msgspec.json.encode(value)
    assert msgpack_bytes(value) == msgspec.msgpack.encode(value)


@pytest.mark.parametrize("count", [0, 1, 1024, 1025, 5000])
def test_records_are_lines_however_many_they_are(count: int) -> None:
    records = [{"n": number, "t": "line\n"} for number in range(count)]
    expected = b"".join(msgspec.json.encode(record) + b"\n" for record in records)
    assert record_lines(records) == long_record_lines(records) == expected


@pytest.mark.parametrize("how", ["json", "msgpack", "lines", "pipeline"])
def test_memory_that_runs_out_is_an_error_and_no_end_of_the_process(how: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "MemoryError\n")


def test_only_here_does_the_engine_have_msgspec_make_bytes() -> None:
    makers = re.compile(r"\bEncoder\b|\bencode_lines\b|(?:json|msgpack)\.encode\b")
    found = {path.name for path in Path(edge_orch.engine.__path__[0]).rglob("*.py") if makers.search(path.read_text())}
    assert found == {"encoding.py"}


def test_a_plan_that_can_make_records_longer_is_known() -> None:
    first = schematize(parsed("t", STRING))
    t = col("t", STRING)
    nested = call("lower", call("concat", t, t, type_=STRING), type_=STRING)
    exploding = Explode("out", first.name, "t", (), first.schema, separator=",")
    assert not lengthens(plan(first, mapped(first, t=(call("lower", t, type_=STRING), STRING))))
    assert not lengthens(plan(first, aggregate(first, Aggregation("n", "count", STRING))))
    assert lengthens(plan(schematize(parsed("t", STRING), kind=XmlFormat())))
    assert lengthens(plan(first, mapped(first, t=(nested, STRING))))
    assert lengthens(plan(first, aggregate(first, Aggregation("all", "string_agg", STRING, t, ","))))
    assert lengthens(plan(first, exploding))
