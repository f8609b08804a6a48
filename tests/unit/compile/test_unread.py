from __future__ import annotations

from edge_orch.compile import compile_job
from edge_orch.compile.unread import unread
from edge_orch.errors import Problem
from edge_orch.spec.job import read_job

JOB = """\
apiVersion: edge-orch/v1
kind: Job
metadata: {name: job}
spec:
  source: {mqtt: {topic: t}}
  steps:
    - schematize: {json: {}, fields: {v: float}}
    - name: idle
      filter: v > 1
    - route: {routes: {hot: v > 2}, default: cold}
    - {from: route.hot, alert: {when: v > 3, notify: [told], escalate: {after: 5m, notify: [boss]}}}
  outputs: {raw: {from: OUT, to: out}}
  sinks:
    out: {file: {path: out}}
    told: {file: {path: told}}
    boss: {file: {path: boss}}
    lake: {file: {path: lake}}
"""


def told(read_by_output: str) -> list[str]:
    return [f"{problem.where}: {problem.what}" for problem in warnings(JOB.replace("OUT", read_by_output))]


def warnings(text: str) -> tuple[Problem, ...]:
    return unread(read_job(text, "j.yaml"), compile_job(text, "j.yaml"))


def test_what_goes_nowhere_is_told_at_its_place() -> None:
    lake = "j.yaml:17:5: nothing goes to the sink `lake`"
    assert told("route.cold") == [lake]


def test_a_branch_is_told_only_if_its_records_would_be_filtered_out_without_it() -> None:
    cold = "j.yaml:10:46: nothing reads the branch `route.cold`"
    assert told("schematize")[0] == cold
    first = JOB.replace("hot: v > 2", "idle: v < 0, hot: v > 2").replace("OUT", "route.cold")
    assert not any("branch" in problem.what for problem in warnings(first))


def test_a_parameter_is_named_by_an_expression_or_a_summary() -> None:
    params = "spec:\n  params: {a: {type: int, default: 1}, b: {type: int, default: 1}, c: {type: int, default: 1}}"
    text = JOB.replace("spec:", params).replace("v > 1", "v > :a").replace("when: v > 3", "when: v > 3, summary: '{b}'")
    problem = warnings(text.replace("OUT", "route.cold"))[0]
    assert str(problem).startswith("j.yaml:5:68: nothing names the parameter `c`")


def test_a_step_is_read_by_another_step_an_output_or_an_alert() -> None:
    text = JOB.replace("from: route.hot", "from: idle").replace("OUT", "idle")
    (route, _) = warnings(text)
    assert str(route).startswith("j.yaml:10:7: nothing reads the step `route`")
