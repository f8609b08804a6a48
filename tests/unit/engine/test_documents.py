from __future__ import annotations

import subprocess
import sys

import pytest

from edge_orch.engine.documents import document_reader
from edge_orch.engine.json_objects import Misfit
from edge_orch.engine.records import Batch, StepCount
from edge_orch.plan.formats import XmlFormat
from edge_orch.plan.steps import ParsedField
from edge_orch.time import Instant
from tests.unit.engine.plans import BOOL, FLOAT, INT, STRING, TIMESTAMP, parsed, pipeline, plan, rows, schematize

NOW = Instant(0, 0, "boot")


@pytest.mark.parametrize(
    ("field", "document", "expected"),
    [
        (parsed("x", FLOAT, path=("r", "x")), "<r><x> 21.5 </x></r>", 21.5),
        (parsed("x", FLOAT, path=("r", "x")), '<r><x unit="C">21.5</x></r>', 21.5),
        (parsed("x", FLOAT, path=("r", "x", "#text")), "<r><x>21.5</x></r>", 21.5),
        (parsed("x", INT, path=("r", "@x")), '<r x="7"/>', 7),
        (parsed("x", BOOL, path=("r", "x")), "<r><x>true</x></r>", True),
        (parsed("x", TIMESTAMP, path=("r", "x")), "<r><x>1970-01-01T00:00:01Z</x></r>", 1_000_000),
        (parsed("x", STRING, path=("r", "x")), "<r><x/></r>", ""),
        (parsed("x", STRING, path=("r",)), "<r>x</r>", "x"),
        (parsed("x", STRING, path=("r", "x"), required=False), "<r><x/></r>", None),
        (parsed("x", STRING, path=("r", "x", "@y"), required=False), "<r><x>1</x></r>", None),
        (parsed("x", STRING, path=("r", "x", "y"), required=False), None, None),
        (parsed("x", STRING, path=("r", "x"), json=True), '<r><x a="1"/><x>2</x></r>', '[{"@a":"1"},"2"]'),
        (parsed("x", STRING, path=("r", "x"), json=True, required=False), "<r/>", None),
    ],
)
def test_a_field_is_what_lies_at_its_path(field: ParsedField, document: str | None, expected: object) -> None:
    assert document_reader(XmlFormat(), [field])(document) == (expected,)


@pytest.mark.parametrize(
    ("field", "document", "reason"),
    [
        (parsed("x", FLOAT, path=("r", "x")), "<r/>", "is missing"),
        (parsed("x", FLOAT, path=("r", "x")), "<r><x>hot</x></r>", "is not a number"),
        (parsed("x", STRING, path=("r", "x")), "<r><x>1</x><x>2</x></r>", "stands there 2 times"),
        (parsed("x", STRING, path=("r", "x", "y")), "<r><x/><x/></r>", "lies in `x`, which stands there 2 times"),
        (parsed("x", STRING, path=("r", "x")), "<r><x><y/></x></r>", "holds elements, and no text"),
        (parsed("x", STRING, path=("r", "x"), json=True), "<r/>", "is missing"),
        (parsed("x", FLOAT, path=("r", "x"), min=5), "<r><x>1</x></r>", "is below 5"),
    ],
)
def test_a_field_that_does_not_fit_is_told(field: ParsedField, document: str, reason: str) -> None:
    with pytest.raises(Misfit) as error:
        document_reader(XmlFormat(), [field])(document)
    assert (error.value.field, error.value.reason) == ("x", reason)


def test_records_in_any_encoding_pass_or_die_and_are_all_accounted_for() -> None:
    running = pipeline(plan(schematize(parsed("x", STRING, path=("r",)), kind=XmlFormat())))
    records = [b"<r>a</r>", b"", "<r>°\n</r>".encode("utf-16"), b"\xff\xfe\x00", b" \n", b"<r>b</r>"]
    emission = running.process(Batch("p", records, NOW, 5))
    assert rows(emission) == [{"x": "a"}, {"x": "°"}, {"x": "b"}]
    assert [(letter.position, letter.raw) for letter in emission.dead] == [(6, b""), (8, b"\xff\xfe\x00")]
    assert emission.counts["parse"] == StepCount(entered=5, passed=3, dead=2)


def test_of_lines_each_is_a_document() -> None:
    running = pipeline(plan(schematize(parsed("x", STRING, path=("r",)), kind=XmlFormat())))
    emission = running.process(Batch("p", b"<r>a</r>\r\n\n<r>b</r>\n", NOW))
    assert rows(emission) == [{"x": "a"}, {"x": "b"}]
    assert not emission.dead


def test_what_no_job_reads_is_not_imported() -> None:
    code = "import sys, edge_orch.engine.pipeline; print('pyexpat' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
