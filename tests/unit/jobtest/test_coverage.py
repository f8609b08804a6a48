from __future__ import annotations

from edge_orch.compile import compile_job
from edge_orch.jobtest.case import read_cases
from edge_orch.jobtest.coverage import JobCoverage, coverage

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: job}
spec:
  source: {mqtt: {topic: t}}
  steps:
    - schematize: {json: {}, fields: {at: timestamp, v: {type: float, min: 0}}, time: at}
    - map:
        state: CASE WHEN v > 80 THEN 'hot' WHEN v > 20 THEN CASE WHEN v > 50 THEN 'warm' ELSE 'ok' END ELSE 'cold' END
    - filter: v < 100
    - route: {routes: {hot: state = 'hot'}, default: rest}
    - {name: silent, from: route.hot, drop: [state]}
    - name: roll
      from: filter
      aggregate: {window: {tumbling: 1m}, compute: {n: sum(CASE WHEN v > 10 THEN 1 ELSE 0 END)}}
    - {name: alarm, from: filter, alert: {when: v > 80}}
"""
PLAN = compile_job(JOB, "job.yaml")


def covered(*cases: list[float]) -> JobCoverage:
    yaml = "".join(
        f"- name: case {number}\n  input:\n    - lines:\n"
        + "".join(f'        - \'{{"at": "2026-01-01T00:00:0{i}Z", "v": {v}}}\'\n' for i, v in enumerate(values))
        for number, values in enumerate(cases)
    )
    return coverage(PLAN, read_cases(yaml, "t"), lambda _name: [])


def missed(found: JobCoverage) -> dict[str, tuple[str, ...]]:
    return {step.step: step.missed for step in found.steps if step.missed}


def test_what_no_case_takes_is_named() -> None:
    found = covered([30, 10])
    assert missed(found) == {
        "schematize": ("dead letter",),
        "map": ("state: WHEN v > 80.0", "state, CASE 2: WHEN v > 50.0"),
        "filter": ("filtered",),
        "route": ("hot",),
        "silent": ("all of it",),
        "alarm": ("opened", "resolved"),
    }
    assert (found.taken, found.all) == (8, 16)


def test_what_reads_any_text_at_last_refuses_none() -> None:
    job = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: job}
spec:
  source: {mqtt: {topic: t}}
  steps:
    - schematize: {raw: {}, fields: {line: string}}
    - parse: {field: line, first_of: [{json: {}, fields: {v: int}}, {raw: {}, fields: {other: string}}]}
    - name: only
      from: schematize
      parse: {field: line, json: {}, fields: {v: int}}
"""
    cases = "- {name: one, input: [{lines: ['{\"v\": 1}']}]}"
    found = coverage(compile_job(job, "job.yaml"), read_cases(cases, "t"), lambda _name: [])
    assert missed(found) == {"only": ("dead letter",)}


def test_cases_add_up() -> None:
    found = covered([30, 60, 90, -1], [10, 100, 90])
    assert missed(found) == {"alarm": ("resolved",)}
    assert missed(covered([30, 60, 90, -1], [10, 100, 90, 1])) == {}
    arms = {way.name: way.hits for step in found.steps if step.step == "map" for way in step.ways}
    assert arms == {
        "state: WHEN v > 80.0": 3,
        "state: WHEN v > 20.0": 2,
        "state: ELSE": 1,
        "state, CASE 2: WHEN v > 50.0": 1,
        "state, CASE 2: ELSE": 1,
    }


def test_an_arm_that_no_record_reaches_is_not_taken() -> None:
    job = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: job}
spec:
  source: {mqtt: {topic: t}}
  steps:
    - schematize: {json: {}, fields: {v: {type: float, required: false}}}
    - map: {a: "CASE WHEN v > 5 THEN CASE WHEN v > 3 THEN 1 ELSE 2 END WHEN v > 0 THEN 3 END"}
    - running: {compute: {n: count(CASE WHEN v < 3 THEN 1 ELSE 2 END) FILTER (WHERE v > 5)}}
    - name: by_case
      route: {routes: {high: v > 5, other: CASE WHEN v > 5 THEN FALSE ELSE v IS NULL END}}
    - aggregate:
        window: {cycle: {begin: CASE WHEN v > 9 THEN TRUE ELSE FALSE END, timeout: 1h}}
        compute: {n: count(*)}
      from: map
"""
    cases = "- {name: one, input: [{lines: ['{\"v\": 6}', '{\"v\": 1}', '{}', '{\"v\": 7}']}]}"
    found = coverage(compile_job(job, "job.yaml"), read_cases(cases, "t"), lambda _name: [])
    arms = {step.step: {way.name: way.hits for way in step.ways} for step in found.steps}
    nested = {"a, CASE 2: WHEN v > 3.0": 2, "a, CASE 2: ELSE": 0}
    assert arms["map"] == {"a: WHEN v > 5.0": 2, "a: WHEN v > 0.0": 1, "a: ELSE": 1, **nested}
    assert arms["running"] == {"n: WHEN v < 3.0": 0, "n: ELSE": 2}
    chosen = {"other: WHEN v > 5.0": 0, "other: ELSE": 2}
    assert arms["by_case"] == {"high": 2, "other": 1, "filtered": 1, **chosen}
    assert arms["aggregate"] == {"begin: WHEN v > 9.0": 0, "begin: ELSE": 4}


def test_no_case_covers_nothing() -> None:
    found = coverage(PLAN, [], lambda _name: [])
    assert found.taken == 0
    assert all(step.missed == ("all of it",) for step in found.steps)
