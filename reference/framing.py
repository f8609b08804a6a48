"""A component's example inside a minimal job, which compiles and runs."""

from __future__ import annotations

import textwrap

import msgspec

from edge_orch.jobtest.inference import inferred_fields
from edge_orch.spec.catalogue import Component, Kind

STAGE = "shown"
"""The step whose records the example makes."""

_HEAD = """apiVersion: edge-orch/v1
kind: Job
metadata: {name: example}
spec:
"""
_SINKS = "  sinks: {oncall: {file: {path: alerts.ndjson}}}\n"


def framed(component: Component) -> str:
    """A whole job around the component's example."""
    example = component.example
    if component.kind is Kind.SOURCE:
        return _job(source=example)
    if component.kind is Kind.SINK:
        return _HEAD + _source() + _steps([_reading(component)]) + "  sinks:\n    mine:\n" + _indented(example, 6)
    if component.kind is Kind.FORMAT:
        return _job(steps=[f"schematize:\n{_indented(example, 2)}"])
    if component.name == "schematize":
        return _job(steps=[example])
    step = {
        Kind.STEP: example,
        Kind.MASKING: f"mask:\n  {_masked(component)}:\n{_indented(example, 4)}",
        Kind.WINDOW: f"aggregate:\n  window:\n{_indented(example, 4)}  by: [sensor]\n  compute: {{n: count(*)}}\n",
        Kind.AGGREGATE: f"{_over(component)}:\n  compute:\n    value: {example}\n",
        Kind.FUNCTION: f"map:\n  value: >-\n    {example}\n",
    }[component.kind]
    return _job(steps=[_reading(component), step])


def _job(source: str = "", steps: list[str] | None = None) -> str:
    return _HEAD + _source(source) + _steps(steps or ["schematize: {raw: {}, fields: {line: string}}"]) + _SINKS


def _source(example: str = "mqtt: {topic: factory/+/raw}") -> str:
    return "  source:\n" + _indented(example or "mqtt: {topic: factory/+/raw}", 4)


def _steps(steps: list[str]) -> str:
    *above, last = steps
    listed = [f"-\n{_indented(step, 2)}" for step in above] + [f"- name: {STAGE}\n{_indented(last, 2)}"]
    return "  steps:\n" + _indented("".join(listed), 4)


def _reading(component: Component) -> str:
    """A schematize that reads the component's sample."""
    rows = [msgspec.json.decode(line) for line in component.sample.splitlines()]
    fields = inferred_fields(rows)
    written = ", ".join(
        f"{field.name}: {{type: {field.type}, required: {'true' if field.required else 'false'}}}" for field in fields
    )
    time = next((f", time: {field.name}" for field in fields if field.type == "timestamp"), "")
    return f"schematize: {{json: {{}}, fields: {{{written}}}{time}}}"


def _over(component: Component) -> str:
    """The step that an aggregate is shown in: what follows all records cannot be of the last ones."""
    return "running" if component.name == "swinging_door" else "moving"


def _masked(component: Component) -> str:
    """The last field of the sample: the one that a masking is shown on."""
    fields: list[str] = list(msgspec.json.decode(component.sample.splitlines()[0]))
    return fields[-1]


def _indented(text: str, by: int) -> str:
    return textwrap.indent(text.strip("\n") + "\n", " " * by)
