from __future__ import annotations

import pytest

from edge_orch.errors import Invalid
from edge_orch.jobtest.case import read_cases

WHOLE = """
- name: hot
  start: '2026-02-03T04:05:06Z'
  device: {id: d1, firmware: '1.4', labels: {site: austin}}
  params: {hot_c: 90}
  input:
    - {at: 0s, topic: a/b, lines: ["one", "two"]}
    - {at: 10s, file: more.csv}
    - lines: |
        three

        four
  finish: false
  expect:
    outputs:
      raw: [{a: 1, b: null}]
      stats: {count: 3, includes: [{a: x}], exact: true}
    steps:
      roll: {records: []}
    alerts:
      - {opened: hot, key: [k], at: 5s, summary: Hot!}
      - {resolved: hot}
    dead_letters: [{reason: no, step: parse, field: f, raw: x}]
"""


def test_records_may_be_written_as_yaml() -> None:
    (case,) = read_cases("- {name: x, input: [{lines: [{a: 1, b: [x, null, {c: 1.5}]}, text, [true]]}]}", "t.test.yaml")
    assert case.body.input[0].lines
    assert case.body.input[0].lines.lines == ({"a": 1, "b": ["x", None, {"c": 1.5}]}, "text", [True])


def problems(text: str) -> list[str]:
    with pytest.raises(Invalid) as caught:
        read_cases(text, "t.test.yaml")
    return [f"{problem.where}: {problem.what}" for problem in caught.value.problems]


def test_a_whole_case_is_read() -> None:
    (case,) = read_cases(WHOLE, "t.test.yaml")
    body = case.body
    assert (case.where.line, body.name.value, body.start.value) == (2, "hot", 1_770_091_506_000_000)
    first, second, third = body.input
    assert first.lines
    assert third.lines
    assert (first.topic.value, first.lines.lines) == ("a/b", ("one", "two"))
    assert second.file
    assert (second.file.value, second.topic.value) == ("more.csv", "test")
    assert third.lines.lines == ("three", "", "four")
    assert not body.finish.value
    raw, stats = body.expect.outputs.values()
    assert raw.records
    assert {name.value: leaf.value for name, leaf in raw.records[0].fields.items()} == {"a": 1, "b": None}
    assert (raw.exact, stats.exact, stats.records) == (False, True, None)
    opened, resolved = body.expect.alerts
    assert (opened.kind, opened.rule.value, resolved.kind, resolved.key) == ("opened", "hot", "resolved", None)
    assert body.expect.dead_letters.count is None


def test_little_needs_to_be_said() -> None:
    (case,) = read_cases("- {name: x, input: []}", "t.test.yaml")
    assert case.body.device.id.value == "test-device"
    assert case.body.finish.value
    assert (case.body.expect.outputs, case.body.expect.alerts) == ({}, ())
    assert case.body.expect.dead_letters.count
    assert case.body.expect.dead_letters.count.value == 0


def test_every_problem_is_told_at_its_place() -> None:
    text = "- {nam: x, input: [{at: soon}]}\n- {name: y, input: [], expect: {alerts: [{at: 1s}], dead_letters: -1}}\n"
    assert problems(text) == [
        "t.test.yaml:1:4: unknown key `nam`",
        "t.test.yaml:1:25: not a time",
        "t.test.yaml:2:42: an alert is either opened or resolved",
        "t.test.yaml:2:67: out of range",
    ]


@pytest.mark.parametrize(
    ("inside", "next_step"),
    [
        ("input: [{data: x}]", "write lines"),
        ("input: [{after: 5s}]", "write at: 5s"),
        ("input: [{at: 5 minutes}]", "write 5m"),
        ("input: [], expect: {output: {}}", "write outputs"),
        ("input: [], expect: {records: []}", "write outputs: {NAME: […]}"),
        ("input: [], expect: {alerts: 1}", "write a list of mappings: [{…}, …]"),
    ],
)
def test_what_other_tests_call_something_is_told(inside: str, next_step: str) -> None:
    with pytest.raises(Invalid) as error:
        read_cases(f"- {{name: x, {inside}}}", "t.test.yaml")
    assert [problem.next_step for problem in error.value.problems] == [next_step]


def test_time_does_not_go_backwards() -> None:
    text = "- name: x\n  input:\n  - {at: 5s}\n  - {lines: []}\n  - {at: 4s}\n"
    assert problems(text) == ["t.test.yaml:5:10: time goes backwards"]


def test_no_two_cases_have_one_name() -> None:
    found = problems("- {name: x, input: []}\n- {name: y, input: []}\n- {name: x, input: []}\n")
    assert found == ["t.test.yaml:3:10: two cases are named `x`"]


def test_records_come_from_one_place() -> None:
    for two in ("lines: [a], file: b.log", "hex: ['81'], file: b.log", "lines: [a], hex: ['81']"):
        (problem,) = problems(f"- {{name: x, input: [{{{two}}}]}}\n")
        assert "records come from `lines`, `hex` or a `file`" in problem


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "no case"),
        ("- {name: x, input: [{hex: ['8x']}]}", "not bytes in hexadecimal"),
        ("- {name: x, input: [{topic: a/+}]}", "not a topic"),
        ("- {name: x, input: [], expect: {outputs: {raw: {a: 1}}}}", "a record alone"),
        ("- {name: x, input: [{at: '2025-01-01T00:00:00Z'}]}", "a time not before the start of the case"),
        ("- {name: x, input: [], expect: {alerts: [{fired: hot}]}}", "write opened: RULE"),
    ],
)
def test_what_would_test_nothing_is_refused(text: str, told: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_cases(text, "t.test.yaml")
    assert told in str(caught.value)


def test_the_path_of_a_file_may_hold_what_a_topic_may_not() -> None:
    (case,) = read_cases("- {name: x, input: [{topic: /data/a+b#1.csv}]}", "t.test.yaml")
    assert case.body.input[0].topic.value == "/data/a+b#1.csv"
