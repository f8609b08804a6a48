"""`edge-orch explain`: what a job compiles to."""

# ruff: noqa: PLC0415 (help must not wait for what only a run needs)

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge_orch.cli.jobfile import compile_file
from edge_orch.cli.options import printed
from edge_orch.cli.render import Output, fields, section, show, table

if TYPE_CHECKING:
    from edge_orch.plan.plan import Plan
    from edge_orch.plan.schema import Schema
    from edge_orch.plan.steps import Step


@click.command(short_help="Show what a job compiles to: its plan, or the generated code.")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.option("--code", is_flag=True, help="Print the Python function that an agent generates from the plan.")
@printed
def explain(file: Path, code: bool, output: Output) -> None:
    """Show what a job compiles to: its plan, or the generated code.

    The fields after each step with their types (`?`: may be NULL), and which parameters who may override.

    \b
    Examples:
      edge-orch explain jobs/press_temperature.yaml
      edge-orch explain --code jobs/press_temperature.yaml
    """
    plan = compile_file(file)
    if code:
        click.echo(_code(plan))
    else:
        show(plan, output, lambda: "\n".join(_sections(plan)))


def _code(plan: Plan) -> str:
    from edge_orch.engine.pipeline import Pipeline
    from edge_orch.engine.records import Device
    from edge_orch.plan.secrets import step_secrets

    secrets = dict.fromkeys(step_secrets(plan), "of the device")  # never printed: the code does not hold them

    return Pipeline(plan, device=Device("explain"), secrets=secrets).code


def _sections(plan: Plan) -> Iterator[str]:
    from edge_orch.plan.plan import digest, encode_plan

    yield fields([("job", plan.name), ("digest", digest(encode_plan(plan))), ("source", plan.source.kind)])
    if plan.params:
        rows = [
            [
                f":{param.name}",
                param.type,
                param.default,
                _bound(param.min),
                _bound(param.max),
                param.override or "nobody",
            ]
            for param in plan.params
        ]
        yield section("parameters", table(["name", "type", "default", "min", "max", "may override"], rows))
    yield section("steps", "\n".join(_step(step) for step in plan.steps))
    if plan.outputs:
        rows = [[output.name, output.input, output.sink, output.priority] for output in plan.outputs]
        yield section("outputs", table(["name", "from", "to", "priority"], rows))


def _bound(bound: float | None) -> str:
    return "" if bound is None else f"{bound:g}"


def _step(step: Step) -> str:
    from edge_orch.plan.steps import Alert, Route, ports

    kind = str(step.__struct_config__.tag)
    title = (step.name if step.name == kind else f"{step.name} ({kind})") + f" ← {step.input}"
    if isinstance(step, Alert):
        body = f"{step.severity}; tells {', '.join(step.notify) or 'nobody'}"
    elif isinstance(step, Route):
        body = f"branches: {', '.join(ports(step))}\n{_schema(step.schema)}"
    else:
        body = _schema(step.schema)
    return section(title, body).replace(":\n", "\n", 1)


def _schema(schema: Schema) -> str:
    return "\n".join(
        f"{field.name} {field.type}"
        + ("" if field.required else "?")
        + (" (event time)" if field.name == schema.time else "")
        for field in schema.fields
    )
