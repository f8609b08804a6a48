from __future__ import annotations

from collections.abc import Iterable

import pytest

from edge_orch.compile import compile_job
from edge_orch.errors import Invalid
from edge_orch.jobtest.case import read_cases
from edge_orch.jobtest.runner import run_case
from edge_orch.spec.leaves import Text

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: job}
spec:
  params: {hot: {type: float, default: 50, max: 100}}
  source: {mqtt: {topic: t/+}}
  steps:
    - schematize: {json: {}, fields: {at: timestamp, v: float}, time: at}
    - enrich: {site: device.labels.site, topic: source.topic}
    - name: roll
      aggregate: {window: {tumbling: 10s}, by: [topic], compute: {n: count(*)}, idle: 30s}
    - name: hot
      from: enrich
      alert: {when: v > :hot, key: [topic], hold: 5s, summary: '{v} > {hot}', notify: []}
  outputs: {raw: {from: enrich, to: out}, rolled: {from: roll, to: out}}
  sinks: {out: {file: {path: out.ndjson}}}
"""
PLAN = compile_job(JOB, "job.yaml")


def opened(name: Text) -> Iterable[bytes]:
    return [
        b'{"at": "2026-01-01T00:00:01Z", "v": 1}\n',
        b'{"at": "2026-01-01T00:00:02Z", "v": 2}\n' * (name.value == "f"),
    ]


def problems(yaml: str) -> list[str]:
    (case,) = read_cases(f"- name: x\n{yaml}", "t.test.yaml")
    return [str(problem) for problem in run_case(PLAN, case, opened)]


def line(second: int, v: float) -> str:
    return f'{{"at": "2026-01-01T00:00:{second:02}Z", "v": {v}}}'


def test_records_of_outputs_and_steps_are_compared() -> None:
    yaml = f"""
  device: {{labels: {{site: austin}}}}
  input: [{{at: 0s, topic: t/1, lines: ['{line(1, 60)}']}}]
  expect:
    outputs:
      raw: [{{site: austin, topic: t/1, v: 60}}]
      rolled: [{{topic: t/1, n: 1}}]
    steps:
      schematize: [{{v: 60}}]
      roll: {{count: 1}}
"""
    assert problems(yaml) == []
    assert problems(yaml.replace("v: 60}", "v: 61}")) == [
        't.test.yaml:7:13: output raw, record 1\n  expected: {"v":61}\n  found: {"v":60.0}',
        't.test.yaml:10:20: step schematize, record 1\n  expected: {"v":61}\n  found: {"v":60.0}',
    ]


def test_a_file_is_input_too() -> None:
    assert problems("  input: [{file: f}]\n  expect: {outputs: {raw: {count: 2}}}\n") == []


def test_a_text_of_a_list_is_one_record_like_a_message() -> None:
    pretty = r'"{\"at\": \"2026-01-01T00:00:01Z\",\n \"v\": 60}"'
    given = f"  input: [{{lines: [{pretty}]}}, {{lines: ['{line(2, 1)}', {pretty}]}}]\n"
    assert problems(f"{given}  expect: {{outputs: {{raw: [{{v: 60}}, {{v: 1}}, {{v: 60}}]}}}}\n") == []
    in_two = "  input:\n  - lines: |\n      {\n      }\n  expect: {dead_letters: 2}\n"
    assert problems(in_two) == []


def test_time_passes_where_the_pipeline_asked_to_be_woken() -> None:
    yaml = f"""
  finish: false
  input:
    - {{at: 1s, topic: t/1, lines: ['{line(1, 60)}']}}
    - {{at: 10m}}
  expect:
    outputs: {{rolled: [{{n: 1}}]}}
    alerts: [{{opened: hot, key: [t/1], at: 6s, summary: 60 > 50}}]
"""
    assert problems(yaml) == []


def test_parameters_are_bound() -> None:
    yaml = f"  params: {{hot: 70}}\n  input: [{{lines: ['{line(1, 60)}', '{line(9, 60)}']}}]\n"
    assert problems(yaml) == []
    assert "an alert that was not expected" in problems(yaml.replace("hot: 70", "hot: 50"))[0]


def test_unexpected_dead_letters_fail() -> None:
    (problem,) = problems("  input: [{lines: [nothing]}]\n")
    assert problem.startswith("t.test.yaml:1:3: number of dead letters\n  expected: 0\n  found: 1, the first: ")


@pytest.mark.parametrize(
    ("yaml", "problem"),
    [
        (
            "expect: {outputs: {ra: []}}",
            "the job has no output `ra`\n  expected: one of: raw, rolled\n  next: did you mean `raw`?",
        ),
        ("expect: {steps: {rol: []}}", "the job has no step `rol`"),
        ("expect: {steps: {hot: []}}", "next: an alert passes nothing on: look at `alerts`"),
        ("expect: {outputs: {out: []}}", "next: `rolled` is the output that goes there"),
        ("params: {hott: 1}", "the job has no parameter hott"),
        ("params: {hot: 101}", "the parameter hot is out of bounds"),
    ],
)
def test_a_case_that_does_not_fit_the_job_is_invalid(yaml: str, problem: str) -> None:
    with pytest.raises(Invalid) as caught:
        problems(f"  input: []\n  {yaml}\n")
    assert "t.test.yaml:3:" in str(caught.value)
    assert problem in str(caught.value)


def test_records_of_a_topic_that_the_job_does_not_read_are_no_test() -> None:
    with pytest.raises(Invalid) as error:
        problems("  input: [{topic: u/1, lines: ['{}']}]\n")
    assert str(error.value) == (
        "t.test.yaml:2:19: the job takes nothing from the topic `u/1`\n  expected: a topic of t/+\n"
        "  next: write a topic that the filter of the source takes, or leave it out"
    )


def test_a_secret_that_a_step_needs_must_be_given() -> None:
    text = JOB.replace("    - enrich:", "    - mask: {v: {hash: '${secret:K}'}}\n    - map: {v: 1.0}\n    - enrich:")
    plan = compile_job(text, "job.yaml")
    (lacking, having) = read_cases("- {name: a, input: []}\n- {name: b, input: [], secrets: {K: k}}", "t.test.yaml")
    with pytest.raises(Invalid, match=r"t\.test\.yaml:1:3: the case lacks the secret K"):
        run_case(plan, lacking, opened)
    assert run_case(plan, having, opened) == []


def test_branches_of_a_route_can_be_looked_at() -> None:
    route = "    - route: {routes: {high: v > 5}, default: low}\n    - name: roll\n      from: enrich"
    plan = compile_job(JOB.replace("    - name: roll", route), "job.yaml")
    text = f"""- name: x
  input: [{{lines: ['{line(1, 1)}', '{line(2, 9)}', '{line(3, 2)}']}}]
  expect: {{steps: {{route.low: [{{v: 1.0}}, {{v: 2.0}}], route.high: {{count: 1}}}}}}
"""
    (case,) = read_cases(text, "t.test.yaml")
    assert run_case(plan, case, opened) == []
    (wrong,) = read_cases(text.replace("route.high", "route.hi"), "t.test.yaml")
    with pytest.raises(Invalid, match=r"the job has no step `route\.hi`"):
        run_case(plan, wrong, opened)


@pytest.mark.parametrize(
    ("expected", "what"),
    [
        ("alerts: [{opened: hott}]", "t.test.yaml:3:30: the job has no alert rule `hott`"),
        ("notifications: [{opened: hott}]", "t.test.yaml:3:37: the job has no alert rule `hott`"),
        ("notifications: [{opened: hot, to: [ouut]}]", "t.test.yaml:3:47: the job has no sink `ouut`"),
        ("dead_letters: [{step: schmatize}]", "t.test.yaml:3:34: the job has no step `schmatize`"),
    ],
)
def test_a_case_that_names_what_the_job_has_not_is_told_so(expected: str, what: str) -> None:
    with pytest.raises(Invalid) as error:
        problems(f"  input: []\n  expect: {{{expected}}}\n")
    assert str(error.value).startswith(what)
    assert "did you mean" in str(error.value)


def test_a_field_that_is_not_there_may_be_misspelt() -> None:
    yaml = f"  input: [{{topic: t/1, lines: ['{line(1, 1)}']}}]\n  expect: {{outputs: {{raw: [{{tpic: t/1}}]}}}}\n"
    assert problems(yaml) == [
        't.test.yaml:3:28: output raw, record 1\n  expected: {"tpic":"t/1"}\n  found: {"tpic":"(absent)"}\n'
        "  next: did you mean `topic`?"
    ]


def test_of_a_job_that_reads_documents_each_text_and_each_file_is_a_record() -> None:
    schematize = (
        "schematize: {xml: {}, fields: {at: {type: timestamp, path: r.@at}, v: {type: float, path: r.v}}, time: at}"
    )
    plan = compile_job(
        JOB.replace("schematize: {json: {}, fields: {at: timestamp, v: float}, time: at}", schematize), "j"
    )
    one = '<r at="2026-01-01T00:00:01Z"><v>1</v></r>'
    yaml = f"""- name: x
  input: [{{topic: t/1, lines: ['{one}', '{one}']}}, {{topic: t/2, file: f}}]
  expect: {{outputs: {{raw: [{{v: 1}}, {{v: 1}}, {{topic: t/2, v: 1}}]}}}}
"""
    (case,) = read_cases(yaml, "t.test.yaml")
    assert run_case(plan, case, lambda _name: [one[:5].encode(), b"\n" + one[5:].encode()]) == []


FORWARD = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: forward}
spec:
  source: {mqtt: {topic: logs}}
  steps:
    - schematize: {msgpack: {}, fields: {all: {type: json, path: $}}}
    - map: {tag: "all ->> '$[0]'", entries: "all ->> '$[1]'"}
    - select: [tag, entries]
    - explode: {field: entries, fields: {entry: {type: json, path: $}}}
  outputs: {o: {from: explode, to: out}}
  sinks: {out: {file: {path: out.ndjson}}}
"""


def test_records_of_bytes_are_written_as_yaml_or_in_hexadecimal() -> None:
    plan = compile_job(FORWARD, "forward.yaml")
    yaml = """- name: x
  input:
    - lines: [[app, [[1, {a: 1}], [2, {a: 2}]]]]
    - hex: [92 a3617070 91 92 d700 65a0000000000000 81 a161 03, '81 ff']
  expect:
    outputs:
      o:
        - {tag: app, entry: [1, {a: 1}]}
        - {tag: app, entry: [2, {a: 2}]}
        - {tag: app, entry: ['2024-01-11T14:49:36Z', {a: 3}]}
    dead_letters: [{step: schematize, reason: truncated, raw: 81 ff}]
"""
    (case,) = read_cases(yaml, "t.test.yaml")
    assert run_case(plan, case, opened) == []


def test_a_wrong_number_of_dead_letters_is_told_where_it_stands() -> None:
    (problem,) = problems("  input: []\n  expect:\n    dead_letters: 2\n")
    assert problem.startswith("t.test.yaml:4:19: number of dead letters")


def test_a_case_that_fails_is_told_of_records_that_came_too_late() -> None:
    yaml = f"""
  input: [{{topic: t/1, lines: ['{line(1, 1)}', '{line(31, 1)}', '{line(2, 1)}', '{line(3, 1)}']}}]
  expect: {{outputs: {{rolled: [{{n: %d}}, {{n: 1}}]}}}}
"""
    assert problems(yaml % 1) == []
    assert problems(yaml % 3)[-1].splitlines() == [
        "t.test.yaml:1:3: records came too late for `roll`",
        "  found: 2 of 4",
        "  next: give roll a grace longer than they lie behind the newest before them, or on_late: revise",
    ]
