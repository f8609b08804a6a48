"""Every example of a document compiles; in docs/job-language.md every step has one."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from edge_orch.compile import compile_job
from edge_orch.errors import Invalid
from edge_orch.plan.plan import Plan
from edge_orch.spec.assets import given_assets
from edge_orch.spec.steps import STEPS

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "job-language.md").read_text("utf-8")
EXAMPLE = re.compile(r"^```yaml ?(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = EXAMPLE.findall(TEXT)
OTHERS = [
    example
    for document in sorted(DOCS.glob("*.md"))
    if document.name != "job-language.md"
    for example in EXAMPLE.findall(document.read_text("utf-8"))
    if example[0] != "tests"  # of jobs: tests/unit/test_jobs.py and tests/unit/cli/test_authoring.py run them
]

FRAME = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: example}
spec:
  params: {hot_c: {type: float, default: 85}}
  source: {mqtt: {topic: factory/+/raw}}
  sinks: {oncall: {file: {path: alerts.ndjson}}, manager: {file: {path: calls.ndjson}}}
  steps:
"""
SCHEMATIZE = "- schematize: {json: {}, fields: {ts: timestamp, sensor: string, temp_c: float}, time: ts}\n"


def compiled(kind: str, text: str) -> Plan:
    """A whole job; its `steps`; steps `after` a schematize; `outputs` after it; or another `part` of its spec."""
    if kind == "part":
        frame = re.sub(rf"  {text.partition(':')[0]}: .*\n", "", FRAME)
        text = frame + textwrap.indent(SCHEMATIZE, "    ") + textwrap.indent(text, "  ")
    elif kind == "outputs":
        text = FRAME + textwrap.indent(SCHEMATIZE, "    ") + textwrap.indent(text, "  ")
        text = text.replace("  sinks: {", "  sinks: {warehouse: {file: {path: all.ndjson}}, ")
    elif kind:
        text = FRAME + textwrap.indent((SCHEMATIZE if kind == "after" else "") + text, "    ")
    return compile_job(text, "example.yaml", given_assets({"tables/presses.csv": "name,supplier\npress-1,ACME\n"}))


@pytest.mark.parametrize(("kind", "text"), [*EXAMPLES, *OTHERS])
def test_an_example_compiles(kind: str, text: str) -> None:
    assert compiled(kind, text).steps


def test_every_kind_of_step_has_an_example() -> None:
    written = " ".join(text for _, text in EXAMPLES)
    assert all(f"{kind}:" in written for kind in STEPS)


def test_the_example_of_an_error_is_what_is_told() -> None:
    with pytest.raises(Invalid) as error:
        compile_job(EXAMPLES[0][1].replace("max(temp_c)", "max(tmp_c)"), "press.yaml")
    assert f"```\n{error.value}\n```" in TEXT
