from __future__ import annotations

from collections.abc import Sequence

import pytest

from edge_orch.engine.records import DeadLetter, EpisodeEvent, EpisodeEventKind
from edge_orch.jobtest.case import read_cases
from edge_orch.jobtest.comparison import Record, alerts_problems, dead_letters_problems, records_problems
from edge_orch.jobtest.expectation import Expectation
from edge_orch.time import SECOND

FOUND: list[Record] = [{"a": 1, "b": "x"}, {"a": 2, "b": None}, {"a": 1 / 3, "b": "z"}]


def expect(yaml: str) -> Expectation:
    (case,) = read_cases(f"- {{name: x, input: [], expect: {{{yaml}}}}}", "t")
    return case.body.expect


def records(yaml: str, found: Sequence[Record] = FOUND) -> list[tuple[str, str, str]]:
    (expected,) = expect(f"outputs: {{o: {yaml}}}").outputs.values()
    return [(each.what, each.expected, each.found) for each in records_problems("output o", expected, found)]


@pytest.mark.parametrize(
    "yaml",
    [
        "[{a: 1}, {a: 2, b: null}, {a: 0.3333333333}]",
        "[{}, {c: null}, {b: z}]",
        "{count: 3}",
        "{includes: [{a: 1}, {b: z}], count: 3}",
        "{records: [{a: 1.0, b: x}, {a: 2, b: null}, {a: 0.3333333333, b: z}], exact: true}",
    ],
)
def test_what_is_as_expected_is_no_problem(yaml: str) -> None:
    assert records(yaml) == []


def test_a_record_that_leaves_merged_has_any_names() -> None:
    found = {"k8s.pod": "a", "@timestamp": 1, "a b": None}
    assert records("{records: [{k8s.pod: a, '@timestamp': 1, 'a b': null}], exact: true}", [found]) == []


@pytest.mark.parametrize(
    ("found", "expected", "alike"),
    [
        ("2026-01-01T00:00:00.261000Z", "2026-01-01T00:00:00.261Z", True),
        ("2026-01-01T00:00:00Z", "2026-01-01 01:00:00+01:00", True),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z", True),
        ("2026-01-01T00:00:00.261000Z", "2026-01-01T00:00:00.26Z", False),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00", False),  # of which place?
        ("2026-01-01T00:00:00Z", "about noonZ", False),
        ("2026-01-01 00:00:00.261Z", "2026-01-01 00:00:00.261000Z", False),  # a text that the job made
    ],
)
def test_a_time_is_an_instant_however_it_is_written(found: str, expected: str, alike: bool) -> None:
    assert (records(f"[{{at: '{expected}'}}]", [{"at": found}]) == []) is alike


@pytest.mark.parametrize(
    ("yaml", "is_so"),
    [
        ("[{where: {site: a, at: [48.2, 0.3333333333]}}]", True),
        ("[{where: {at: [48.2, 0.3333333333], site: a}}]", True),
        ("[{where: {site: a}}]", False),
        ("[{where: {site: a, at: [48.2]}}]", False),
        ("[{where: {site: a, at: [48.2, null]}}]", False),
        ("[{where: []}]", False),
    ],
)
def test_json_inside_a_record_is_compared_as_a_whole(yaml: str, is_so: bool) -> None:
    assert (records(yaml, [{"where": {"site": "a", "at": [48.2, 1 / 3]}}]) == []) == is_so


@pytest.mark.parametrize(
    ("yaml", "problem"),
    [
        ("[{a: 1}, {a: 3, b: null}, {}]", ("output o, record 2", '{"a":3}', '{"a":2}')),
        ("[{a: '1'}, {}, {}]", ("output o, record 1", '{"a":"1"}', '{"a":1}')),
        ("[{a: true}, {}, {}]", ("output o, record 1", '{"a":true}', '{"a":1}')),
        ("[{c: 1}, {}, {}]", ("output o, record 1", '{"c":1}', '{"c":"(absent)"}')),
        ("[{}, {}, {}, {a: 4}]", ("output o: record 4 is missing", '{"a":4}', "not among 3 records")),
        ("[{a: 2}, {a: 1}, {b: z}]", ("output o: record 1 is missing", '{"a":2}', "out of order: it is record 2")),
        ("[{}, {}]", ("output o: a record too many", "", 'record 3: {"a":0.3333333333333333,"b":"z"}')),
        ("[{a: 1}, {b: z}]", ("output o: a record too many", "", 'record 2: {"a":2,"b":null}')),
        ("{count: 2}", ("output o: number of records", "2", "3")),
        (
            "{includes: [{b: z}, {a: 1}]}",
            ("output o: a record is missing", '{"a":1}', "nothing like it, in this order, among 3 records"),
        ),
        (
            "{records: [{a: 1}, {a: 2, b: null}, {a: 0.3333333333, b: z}], exact: true}",
            ("output o, record 1", '{"b":"(absent)"}', '{"b":"x"}'),
        ),
    ],
)
def test_each_difference_is_told(yaml: str, problem: tuple[str, str, str]) -> None:
    assert records(yaml) == [problem]


def test_a_thousand_differences_are_not_told_one_by_one() -> None:
    told = records("[{a: 2}]", [{"a": 1}] * 1000)
    assert len(told) == 11
    assert told[-1] == ("output o: more differences", "1", "1000 records")


def event(kind: EpisodeEventKind, at: int) -> EpisodeEvent:
    return EpisodeEvent("id", kind, "hot", ("k",), at * SECOND, "error", "Hot!", ())


def alerts(yaml: str) -> list[str]:
    found = [event(EpisodeEventKind.OPENED, 105), event(EpisodeEventKind.RESOLVED, 110)]
    expected = expect(f"alerts: {yaml}")
    where = expected.dead_letters.where
    return [
        f"{each.what}: {each.expected} / {each.found}"
        for each in alerts_problems(expected.alerts, found, 100 * SECOND, where)
    ]


def test_alerts_are_compared_by_what_is_said_of_them() -> None:
    assert alerts("[{opened: hot, key: [k], at: 5s, summary: Hot!}, {resolved: hot}]") == []
    assert alerts("[{resolved: hot}, {resolved: hot, key: [], at: 9s}]") == [
        'another alert: {"resolved":"hot"} / {"opened":"hot"}',
        'another alert: {"resolved":"hot","key":[],"at":"1970-01-01T00:01:49Z"} / '
        '{"resolved":"hot","key":["k"],"at":"1970-01-01T00:01:50Z"}',
    ]


def test_alerts_must_all_be_expected() -> None:
    assert alerts("[{opened: hot}]") == [
        'an alert that was not expected: no more alerts / {"resolved":"hot","key":["k"],"at":"1970-01-01T00:01:50Z"}'
    ]
    assert alerts("[{opened: hot}, {resolved: hot}, {opened: hot}]") == [
        'an alert is missing: {"opened":"hot"} / no more alerts'
    ]


def dead(yaml: str) -> list[str]:
    found = [DeadLetter(b"raw \xff", "parse", "not a number", "p", 0, "a"), DeadLetter(b"2", "parse", "", "p", 1)]
    expected = expect(f"dead_letters: {yaml}").dead_letters
    return [f"{each.what}: {each.expected}" for each in dead_letters_problems(expected, found)]


def test_dead_letters_are_counted_or_compared_in_order() -> None:
    assert dead("2") == []
    assert dead("[{reason: number, step: parse, field: a, raw: raw}, {}]") == []
    assert dead("[{raw: '77 20 ff'}, {}]") == []
    assert dead("0") == ["number of dead letters: 0"]
    assert dead("[{field: b}, {}]") == ['another dead letter: {"field":"b"}']
    assert dead("[{}]") == ["a dead letter that was not expected: no more dead letters"]
    assert dead("[{}, {}, {raw: x}]") == ['a dead letter is missing: {"raw":"x"}']
