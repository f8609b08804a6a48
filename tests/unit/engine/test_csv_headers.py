"""A header that names the columns: `csv: {header: true}`."""

from __future__ import annotations

from edge_orch.compile import compile_job
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Device
from edge_orch.plan.formats import CsvFormat
from tests.unit.engine.plans import FLOAT, STRING, batch, parsed, pipeline, plan, rows, schematize

PLAN = plan(
    schematize(parsed("x", FLOAT, path=("Temp (C)",)), parsed("s", STRING, required=False), kind=CsvFormat((), ";"))
)


def test_each_partition_has_columns_in_the_order_of_its_own_header() -> None:
    one = pipeline(PLAN)
    first = one.process(batch(b'\xef\xbb\xbfs;"Temp (C)";other\na;1.5;z\n"b;c";2;\n', partition="p"))
    second = one.process(batch(b"Temp (C)\r\n3\r\n", partition="q"))
    third = one.process(batch(b"d;4;\n", partition="p", position=3))
    assert rows(first) == [{"x": 1.5, "s": "a"}, {"x": 2.0, "s": "b;c"}]
    assert rows(second) == [{"x": 3.0, "s": None}]
    assert rows(third) == [{"x": 4.0, "s": "d"}]


def test_what_a_header_said_outlives_a_restart() -> None:
    one = pipeline(PLAN)
    one.process(batch(b"s;Temp (C)\n"))
    again = Pipeline(PLAN, device=Device("d"), state=one.snapshot())
    assert rows(again.process(batch(b"a;1\n", position=1))) == [{"x": 1.0, "s": "a"}]


def test_lines_that_do_not_fit_their_header_are_dead_letters() -> None:
    emission = pipeline(PLAN).process(batch(b's;Temp (C)\na\n"a;1\na;1;2\n\na;x\n'))
    assert [letter.reason for letter in emission.dead] == [
        "has 1 columns, not 2", "has a quote out of place", "has 3 columns, not 2", "is not a number",
    ]  # fmt: skip


def test_without_the_column_nothing_is_read_and_nothing_is_lost() -> None:
    one = pipeline(PLAN)
    dead = one.process(batch(b"s;Temp\na;1\n")).dead + one.process(batch(b"a;1\n", partition="q", position=7)).dead
    assert [(letter.raw, letter.reason) for letter in dead] == [
        (b"a;1", "the header does not have one column `Temp (C)`")
    ] * 2


WHOLE = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: whole}
spec:
  source: {mqtt: {topic: x}}
  steps:
    - schematize:
        csv: CSV
        fields: {row: {type: json, path: $}, x: {type: float, path: b}}
    - map: {x: x * 2, text: "row ->> 'c d'", line: "'1,2'"}
    - name: again
      parse: {field: line, csv: {columns: [p, q]}, fields: {all: {type: json, path: $}}}
  outputs:
    out: {from: map, to: file, merge_into: row}
    parsed: {from: again, to: file, merge_into: all}
  sinks: {file: {file: {path: x}}}
"""


def test_an_object_of_all_columns_is_a_field() -> None:
    lines = ['"é, 1",1.50,"a ""b"""'.encode(), b"2,x,3", b"4,5"]
    for options, header in (("{columns: [a, b, c d]}", []), ("{header: true}", [b'a, b ,"c d"'])):
        one = pipeline(compile_job(WHOLE.replace("CSV", options), "job.yaml"))
        emission = one.process(batch(b"\n".join([*header, *lines]), position=0))
        assert rows(emission) == [{"a": "é, 1", "b": 3.0, "c d": 'a "b"', "text": 'a "b"', "line": "1,2"}]
        assert len(emission.dead) == 2
        (parsed,) = rows(emission, "parsed")
        assert (parsed["p"], parsed["q"], parsed["row"]["b"]) == ("1", "2", "1.50")
