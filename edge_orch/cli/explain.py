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
    from edge_orch.plan.plan import Limits, Merge, ParamSpec, Plan
    from edge_orch.plan.steps import Step

_OVERRIDERS = {
    "operator": "operators and admins, centrally or at the machine",
    "admin": "admins, centrally",
    None: "nobody",
}
"""Who may override a parameter, and where: at the machine everybody acts as operator."""


@click.command(short_help="Show what a job compiles to: its plan, its graph, or the generated code.")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.option("--code", is_flag=True, help="Print the Python function that an agent generates from the plan.")
@click.option(
    "--graph",
    type=click.Choice(["text", "mermaid", "svg"]),
    help="Print the graph of the steps, for a terminal, a document or a picture.",
)
@printed
def explain(file: Path, code: bool, graph: str | None, output: Output) -> None:
    """Show what a job compiles to: its plan, its graph, or the generated code.

    The job as it takes effect, with all defaults; the fields after each step with their types (`?`: may be NULL); who
    may override which parameter where, and which steps it changes.

    \b
    Examples:
      edge-orch explain jobs/press_temperature.yaml
      edge-orch explain --graph svg jobs/press_temperature.yaml > press.svg
      edge-orch explain --code jobs/press_temperature.yaml
    """
    if code and graph:
        raise click.UsageError("--code and --graph are two things to look at: give one of them")
    plan = compile_file(file)
    if code:
        click.echo(_code(plan))
    elif graph:
        click.echo(_graph(plan, graph))
    else:
        show(plan, output, lambda: "\n".join(_sections(plan)))


def _graph(plan: Plan, form: str) -> str:
    from edge_orch.cli.graph import as_mermaid, as_svg, as_text, graph_of

    return {"text": as_text, "mermaid": as_mermaid, "svg": as_svg}[form](graph_of(plan))


def _code(plan: Plan) -> str:
    from edge_orch.engine.pipeline import Pipeline
    from edge_orch.engine.records import Device
    from edge_orch.plan.secrets import step_secrets

    secrets = dict.fromkeys(step_secrets(plan), "of the device")  # never printed: the code does not hold them

    return Pipeline(plan, device=Device("explain"), secrets=secrets).code


def _sections(plan: Plan) -> Iterator[str]:
    from edge_orch.expr.sql_text import sql_text
    from edge_orch.plan.plan import digest, encode_plan

    target = "every agent" if plan.target is None else sql_text(plan.target).replace("device.labels.", "")
    yield fields(
        [
            ("job", plan.name),
            ("digest", digest(encode_plan(plan))),
            ("target", target),
            ("source", f"{plan.source.kind}: {_options(plan.source.options)}"),
        ]
    )
    if plan.params:
        rows = [_param(param, plan) for param in plan.params]
        yield section("parameters", table(["name", "type", "default", "min", "max", "may override", "used in"], rows))
    yield section("steps", "\n".join(_step(step) for step in plan.steps))
    if plan.outputs:
        rows = [
            [each.name, each.input, each.sink, each.priority, _form(each.line, each.merge)] for each in plan.outputs
        ]
        yield section("outputs", table(["name", "from", "to", "priority", "what leaves"], rows))
    if plan.sinks:
        yield section("sinks", "\n".join(f"{sink.name}: {sink.kind}: {_options(sink.options)}" for sink in plan.sinks))
    yield section("limits", _limits(plan.limits))


def _form(line: str | None, merge: Merge | None) -> str:
    """In which form the records of an output leave."""
    if merge is None:
        return line or "as JSON"
    if merge.field is None:
        return "as JSON, without NULL"
    changes = [".".join(path) for path, _ in merge.values] + [f"no {'.'.join(path)}" for path in merge.removed]
    return f"{merge.field}, {', '.join(changes)}" if changes else merge.field


def _param(param: ParamSpec, plan: Plan) -> list[object]:
    from edge_orch.cli.plan_text import params_of

    used = ", ".join(step.name for step in plan.steps if param.name in params_of(step)) or "no step"
    bounds = [_bound(param.min), _bound(param.max)]
    return [f":{param.name}", param.type, param.default, *bounds, _OVERRIDERS[param.override], used]


def _bound(bound: float | None) -> str:
    return "" if bound is None else f"{bound:g}"


def _options(options: dict[str, object]) -> str:
    return ", ".join(f"{name} {_option(value)}" for name, value in options.items() if value != {})


def _option(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _limits(limits: Limits) -> str:
    from edge_orch.cli.plan_text import settings_of
    from edge_orch.size import format_size

    sizes = {name: format_size(getattr(limits, name)) for name in ("outbox", "state", "dead_letters")}
    others = [line for line in settings_of(limits) if line.partition(":")[0] not in sizes]
    return ", ".join([*(f"{name}: {size}" for name, size in sizes.items()), *others])


def _step(step: Step) -> str:
    from edge_orch.cli.plan_text import fields_text, settings
    from edge_orch.plan.steps import inputs, ports

    kind = str(step.__struct_config__.tag)
    title = (step.name if step.name == kind else f"{step.name} ({kind})") + f" ← {', '.join(inputs(step))}"
    passed = [f"→ {port}: {fields_text(step.schema)}" for port in ports(step)]
    return section(title, "\n".join([*settings(step), *passed])).replace(":\n", "\n", 1)
