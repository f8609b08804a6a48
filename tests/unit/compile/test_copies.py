"""How often one record can come to a union."""

from __future__ import annotations

import pytest

from edge_orch.compile import compile_job
from edge_orch.errors import Invalid

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {{name: copies}}
spec:
  source: {{mqtt: {{topic: a}}}}
  steps:
    - {{schematize: {{json: {{}}, fields: {{n: int}}}}}}
{steps}
  outputs: {{all: {{from: {last}, to: out}}}}
  sinks: {{out: {{file: {{path: a.ndjson}}}}}}
"""


def compiled(steps: list[str], last: str) -> None:
    compile_job(JOB.format(steps="\n".join(f"    - {step}" for step in steps), last=last), "copies.yaml")


def doubled(times: int) -> tuple[list[str], str]:
    """Steps of which each pair reads both of the pair before, and what reads the last pair."""
    steps, above = [], "schematize"
    for i in range(times):
        steps += [f"{{name: {name}{i}, from: {above}, filter: n > {i}}}" for name in "ab"]
        above = f"[a{i}, b{i}]"
    return steps, above


def test_nine_doublings_are_512_and_ten_are_refused() -> None:
    compiled(*doubled(9))
    with pytest.raises(Invalid, match="one record could come 1,024 times") as error:
        compiled(*doubled(10))
    assert len(error.value.problems) == 1


def test_branches_of_a_route_double_nothing_however_long_the_chain() -> None:
    steps, above = [], "schematize"
    for i in range(20):
        steps.append(f"{{name: r{i}, from: {above}, route: {{routes: {{odd: n % 2 = 1}}, default: even}}}}")
        steps += [f"{{name: {branch}{i}, from: r{i}.{branch}, map: {{n: n + 1}}}}" for branch in ("odd", "even")]
        above = f"[odd{i}, even{i}]"
    compiled(steps, above)


def test_windows_begin_anew() -> None:
    steps, above = doubled(9)
    steps.append(f"{{name: rows, from: {above}, aggregate: {{window: {{count: 5}}, compute: {{n: count(*)}}}}}}")
    steps += ["{name: x, from: rows, filter: n > 1}", "{name: y, from: rows, filter: n > 2}"]
    compiled(steps, "[x, y]")
