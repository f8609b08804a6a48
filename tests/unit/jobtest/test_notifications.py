from __future__ import annotations

import pytest

from edge_orch.compile import compile_job
from edge_orch.errors import Invalid
from edge_orch.jobtest.case import read_cases
from edge_orch.jobtest.runner import run_case

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: job}
spec:
  source: {mqtt: {topic: t}}
  steps:
    - schematize: {json: {}, fields: {ts: timestamp, k: string, v: float}, time: ts}
    - name: hot
      alert:
        when: v > 50
        key: [k]
        notify: [oncall]
        throttle: 10m
        silence: [{from: '06:00', to: '07:00'}]
        escalate: {after: 15m, notify: [boss]}
    - name: gone
      alert: {absent: 1h, key: [k], notify: [oncall]}
  sinks: {oncall: {file: {path: a}}, boss: {file: {path: b}}}
"""
PLAN = compile_job(JOB, "job.yaml")


def problems(yaml: str) -> list[str]:
    (case,) = read_cases(f"- name: x\n{yaml}", "t.test.yaml")
    return [str(problem) for problem in run_case(PLAN, case, lambda _: [])]


def line(minute: int, v: float) -> str:
    return f'{{"ts": "2026-01-01T{minute // 60:02}:{minute % 60:02}:00Z", "k": "a", "v": {v}}}'


def test_absence_throttle_silence_and_escalation_are_played_in_virtual_time() -> None:
    assert not problems(
        f"""
  input:
    - {{at: 0s, lines: ['{line(0, 90)}', '{line(1, 10)}']}}
    - {{at: 2m, lines: ['{line(2, 90)}', '{line(3, 10)}']}}
    - {{at: 4m, lines: ['{line(4, 90)}']}}
    - {{at: 20m, acknowledge: hot}}
    - {{at: 6h10m, lines: ['{line(369, 10)}', '{line(370, 90)}']}}
    - {{at: 8h}}
  expect:
    alerts:
      - {{opened: hot}}
      - {{resolved: hot}}
      - {{opened: hot}}
      - {{resolved: hot}}
      - {{opened: hot, at: 4m}}
      - {{opened: gone, key: [a], at: 64m}}
      - {{resolved: hot, at: 369m}}
      - {{resolved: gone}}
      - {{opened: hot, at: 370m}}
      - {{opened: gone, at: 430m}}
    notifications:
      - {{opened: hot, key: [a], at: 0s, to: [oncall], suppressed: 0}}
      - {{resolved: hot, at: 0s}}
      - {{opened: hot, at: 10m, suppressed: 1}}
      - {{acknowledged: hot, at: 20m}}
      - {{opened: gone, at: 64m}}
      - {{resolved: hot, at: 370m}}
      - {{resolved: gone}}
      - {{opened: hot, at: 7h}}
      - {{opened: gone, at: 430m}}
      - {{escalated: hot, at: 7h15m, to: [boss]}}
""".replace("at: 430m", "at: 7h10m")
    )


def test_each_difference_has_its_place() -> None:
    told = problems(f"""
  input: [{{at: 5s, lines: ['{line(0, 90)}']}}]
  expect:
    alerts: [{{opened: hot}}]
    notifications: [{{opened: hot, at: 6s}}, {{resolved: hot}}]
""")
    assert told[0].startswith("t.test.yaml:6:21: another notification\n  expected: ")
    assert '"at":"2026-01-01T00:00:05Z"' in told[0]
    assert told[1].startswith("t.test.yaml:6:44: a notification is missing")
    (extra,) = problems(f"""
  input: [{{lines: ['{line(0, 90)}']}}]
  expect: {{alerts: [{{opened: hot}}], notifications: []}}
""")
    assert "a notification that was not expected" in extra


def test_without_an_expectation_notifications_are_not_looked_at() -> None:
    assert not problems(f"""
  input: [{{lines: ['{line(0, 90)}']}}]
  expect: {{alerts: [{{opened: hot}}]}}
""")


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("input: [{acknowledge: hit}]", "the job has no alert rule `hit`"),
        ("input: []\n  expect: {notifications: [{at: 5s}]}", "a notification tells one thing"),
        ("input: []\n  expect: {notifications: [{opened: a, resolved: a}]}", "a notification tells one thing"),
    ],
)
def test_what_cannot_be_is_refused(case: str, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        problems(f"  {case}\n")
