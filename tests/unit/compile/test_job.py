"""From text to plan: what flows, in which order, with which defaults."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.errors import Invalid
from edge_orch.plan.expression import Call, Context
from edge_orch.plan.plan import Limits, decode_plan, digest, encode_plan, step_digest
from edge_orch.plan.schema import FieldType, Schema
from edge_orch.plan.steps import Aggregate, Alert, Map, ParsedField, Schematize, SummaryPart, inputs, ports
from edge_orch.plan.windows import TumblingWindow
from tests.unit.compile.examples import PRESSES
from tests.unit.expr.scopes import shape

FRAME = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: a}
spec:
  source: {file: {path: x}}
  steps:
    - schematize:
        json: {}
        fields: {ts: timestamp, s: string, x: {type: float, required: false}}
        time: ts
"""


def flow(steps: str) -> list[str]:
    """The fields after the last step."""
    return columns(compile_job(FRAME + steps, "a.yaml").steps[-1].schema)


def columns(schema: Schema) -> list[str]:
    return [f"{field.name} {field.type}{'' if field.required else '?'}" for field in schema.fields]


def test_fields_take_the_zone_of_their_schematize_unless_they_name_one() -> None:
    fields = "{at: {type: timestamp, zone: Asia/Tokyo}, ts: timestamp, x: float}"
    head = FRAME[: FRAME.index("    - schematize")]
    step = compile_job(f"{head}    - schematize: {{json: {{}}, zone: Europe/Vienna, fields: {fields}}}\n", "f").steps[0]
    assert isinstance(step, Schematize)
    assert [field.zone for field in step.fields] == ["Asia/Tokyo", "Europe/Vienna", "UTC"]


def test_the_main_job_compiles() -> None:
    plan = compile_job(PRESSES, "presses.yaml")
    assert [(step.name, *inputs(step)) for step in plan.steps] == [
        ("schematize", "source"),
        ("enrich", "schematize"),
        ("filter", "enrich"),
        ("per_sensor", "filter"),
        ("overheating", "enrich"),
    ]
    schematize, enrich, _, per_sensor, overheating = plan.steps
    assert isinstance(schematize, Schematize)
    assert schematize.fields[0] == ParsedField("ts", FieldType.TIMESTAMP, ("ts",), True, "unix_s", "UTC")
    assert isinstance(enrich, Map)
    assert columns(enrich.schema)[3:] == ["site string?", "firmware string?", "source_topic string?"]
    assert isinstance(per_sensor, Aggregate)
    assert per_sensor.window == TumblingWindow(10_000_000)
    assert (per_sensor.grace_us, per_sensor.idle_us, per_sensor.on_late) == (5_000_000, 60_000_000, "drop")
    assert columns(per_sensor.schema) == [
        "window_start timestamp", "window_end timestamp", "revision int", "sensor string", "n int", "avg_c float?",
        "max_c float", "p95_c float?",
    ]  # fmt: skip
    assert per_sensor.schema.time == "window_start"
    assert isinstance(overheating, Alert)
    assert overheating.quorum is not None
    assert shape(overheating.quorum.at_least) == ":quorum"
    assert overheating.clear.when is not None
    assert shape(overheating.clear.when) == "lt(temp_c, sub(:hot_c, 5.0))"
    assert overheating.summary == (
        SummaryPart(value="count"),
        SummaryPart(text=" sensors above "),
        SummaryPart(value="hot_c"),
        SummaryPart(text=" °C at "),
        SummaryPart(value="site"),
    )
    assert plan.limits == Limits()
    assert isinstance(plan.target, Call)
    assert shape(plan.target) == "and(eq(device.labels.site, 'austin'), eq(device.labels.role, 'press'))"


def test_a_plan_survives_its_canonical_form_and_formatting_does_not_change_its_digest() -> None:
    plan = compile_job(PRESSES, "presses.yaml")
    data = encode_plan(plan)
    assert decode_plan(data) == plan
    loose = PRESSES.replace("temp_c > :hot_c", "( temp_c>:hot_c )").replace("10s", "10000ms") + "# a comment\n"
    assert digest(encode_plan(compile_job(loose, "other.yaml"))) == digest(data)


def test_a_step_that_does_not_change_keeps_its_digest() -> None:
    before = compile_job(PRESSES, "f").step("per_sensor")
    after = compile_job(PRESSES.replace("hold: 60s", "hold: 90s"), "f").step("per_sensor")
    assert step_digest(before) == step_digest(after)


def test_an_agents_bare_labels_are_names_in_target_only() -> None:
    plan = compile_job(FRAME.replace("spec:", "spec:\n  target: role = 'x'"), "f")
    assert isinstance(plan.target, Call)
    assert plan.target.args[0] == Context("device.labels.role")


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("    - map: {y: x * 2, s: length(s)}", ["ts timestamp", "s int", "x float?", "y float?"]),
        ("    - map: {x: 'coalesce(x, 0)'}", ["ts timestamp", "s string", "x float"]),
        ("    - select: [x, ts]", ["x float?", "ts timestamp"]),
        ("    - drop: [s]", ["ts timestamp", "x float?"]),
        ("    - filter: x > 1", ["ts timestamp", "s string", "x float?"]),
        ("    - dedupe: {keys: [s], within: 1m}", ["ts timestamp", "s string", "x float?"]),
        ("    - map: {a: x, b: 'x'}\n    - drop: [x, s, ts]", ["a float?", "b float?"]),
    ],
)
def test_schemas_flow_through_the_steps(steps: str, expected: list[str]) -> None:
    assert flow(steps) == expected


def test_assignments_see_the_input_not_each_other() -> None:
    with pytest.raises(Invalid, match="unknown field `y`"):
        flow("    - map: {y: x, z: y}")


def test_the_event_time_is_lost_with_its_field() -> None:
    plan = compile_job(FRAME + "    - drop: [ts]\n    - filter: x > 1\n", "f")
    assert [step.schema.time for step in plan.steps] == ["ts", None, None]


def test_steps_are_named_by_kind_and_read_the_step_above_but_no_alert() -> None:
    steps = (
        "    - filter: x > 1\n    - alert: {when: x > 2}\n    - filter: x > 3\n    - {name: filter_2, filter: x > 4}\n"
    )
    plan = compile_job(FRAME + steps, "f")
    assert [(step.name, *inputs(step)) for step in plan.steps[1:]] == [
        ("filter", "schematize"),
        ("alert", "filter"),
        ("filter_3", "filter"),
        ("filter_2", "filter_3"),
    ]


def test_branches_of_a_route_are_inputs_wherever_it_stands() -> None:
    steps = """
    - {from: r.hot, filter: s = 'a'}
    - {name: r, from: schematize, route: {routes: {hot: x > 1}, default: rest}}
    - {from: r.rest, drop: [s]}
  outputs: {o: {from: r.rest, to: k}}
  sinks: {k: {file: {path: y}}}
"""
    plan = compile_job(FRAME + steps, "f")
    assert [(step.name, *inputs(step)) for step in plan.steps[1:]] == [
        ("r", "schematize"), ("filter", "r.hot"), ("drop", "r.rest"),
    ]  # fmt: skip
    assert columns(plan.step("drop").schema) == ["ts timestamp", "x float?"]
    assert ports(plan.step("r")) == ("r.hot", "r.rest")


def test_steps_may_stand_before_their_input_and_are_put_in_order() -> None:
    steps = "    - {name: b, from: a, filter: x > 1}\n    - {name: a, from: schematize, filter: x > 2}\n"
    assert [step.name for step in compile_job(FRAME + steps, "f").steps] == ["schematize", "a", "b"]


def test_an_alert_has_defaults() -> None:
    alert = compile_job(FRAME + "    - alert: {when: x > 2}\n", "f").steps[-1]
    assert isinstance(alert, Alert)
    assert alert.clear.when is not None
    assert shape(alert.clear.when) == "not(gt(x, 2.0))"
    assert (alert.severity, alert.hold_us, alert.clear.hold_us, alert.notify) == ("warning", 0, 0, ())
    assert alert.summary == (SummaryPart(text="alert"),)


def test_braces_in_a_summary_are_doubled() -> None:
    alert = compile_job(FRAME + "    - alert: {when: x > 2, summary: '{{{s}}}'}\n", "f").steps[-1]
    assert isinstance(alert, Alert)
    assert alert.summary == (SummaryPart(text="{"), SummaryPart(value="s"), SummaryPart(text="}"))


@given(
    st.integers(0, len(PRESSES) - 1), st.integers(0, 12), st.text(alphabet="{}[]:,-'\"&*!|>#%@ \n\tab1.", max_size=4)
)
def test_a_damaged_job_is_a_plan_or_invalid(start: int, length: int, inserted: str) -> None:
    with contextlib.suppress(Invalid):
        compile_job(PRESSES[:start] + inserted + PRESSES[start + length :], "f")


@given(st.text(max_size=60))
def test_any_text_is_a_plan_or_invalid(text: str) -> None:
    with contextlib.suppress(Invalid):
        compile_job(text, "f")


WORDS = [
    "x",
    "s",
    "ts",
    "schematize",
    "filter",
    "map",
    "alert",
    "aggregate",
    "{a: 1}",
    "[x]",
    "5",
    "",
    "true",
    "1s",
    "x > 1",
]


@given(st.data())
def test_any_value_in_any_place_is_a_plan_or_invalid(data: st.DataObject) -> None:
    lines = PRESSES.splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    key = lines[number].partition(":")[0]
    lines[number] = f"{key}: {data.draw(st.sampled_from(WORDS))}"
    with contextlib.suppress(Invalid):
        compile_job("\n".join(lines), "f")


def test_http_sinks_to_which_only_lines_go_say_so() -> None:
    text = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: a}
spec:
  source: {file: {path: x}}
  steps:
    - schematize: {raw: {}, fields: {line: string}}
    - alert: {when: "line = ''", notify: [told]}
  outputs:
    a: {from: schematize, to: lines, line: line}
    b: {from: schematize, to: mixed, line: line}
    c: {from: schematize, to: mixed}
    d: {from: schematize, to: told, line: line}
    e: {from: schematize, to: named, line: line}
    f: {from: schematize, to: kept, line: line}
  sinks:
    lines: {http: {url: 'http://x/y', headers: {X-Site: austin}}}
    mixed: {http: {url: 'http://x/y'}}
    told: {webhook: {url: 'http://x/y'}}
    named: {http: {url: 'http://x/y', headers: {content-type: text/csv}}}
    kept: {file: {path: x}}
"""
    options = {sink.name: sink.options.get("headers") for sink in compile_job(text, "a.yaml").sinks}
    plain = {"Content-Type": "text/plain; charset=utf-8", "X-Site": "austin"}
    named = {"content-type": "text/csv"}
    assert options == {"lines": plain, "mixed": {}, "told": {}, "named": named, "kept": None}
