from __future__ import annotations

from edge_orch.compile.unread import unread
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
    found = unread(read_job(JOB.replace("OUT", read_by_output), "j.yaml"))
    return [f"{problem.where}: {problem.what}" for problem in found]


def test_what_goes_nowhere_is_told_at_its_place() -> None:
    lake = "j.yaml:17:5: nothing goes to the sink `lake`"
    assert told("schematize") == [lake]
    assert told("route.cold") == [lake]


def test_a_step_is_read_by_another_step_an_output_or_an_alert() -> None:
    text = JOB.replace("from: route.hot", "from: idle").replace("OUT", "idle")
    (route, _) = unread(read_job(text, "j.yaml"))
    assert str(route).startswith("j.yaml:10:7: nothing reads the step `route`")
