"""`edge-orch list`: what the job language has."""

# ruff: noqa: PLC0415 (help must not wait for the job language)

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from edge_orch.cli.options import printed
from edge_orch.cli.render import Output, show, table

if TYPE_CHECKING:
    from edge_orch.spec.catalogue import Component

KINDS = ("source", "format", "step", "masking", "window", "aggregate", "function", "sink")
"""`edge_orch.spec.catalogue.Kind`, written out because that imports the job language; a test holds them equal."""


@click.group("list", short_help="List what the job language has: steps, formats, functions, sinks.")
def list_() -> None:
    """List what the job language has: steps, formats, functions, sinks.

    \b
    Example:
      edge-orch list components --kind step
    """


@list_.command(short_help="List components with their options and an example each.")
@click.option("--kind", type=click.Choice(KINDS), help="Only components of this kind.")
@click.argument("name", required=False)
@printed
def components(kind: str | None, name: str | None, output: Output) -> None:
    """List components with their options and an example each.

    With a NAME: all about it, and its example as it stands in a job.

    \b
    Examples:
      edge-orch list components
      edge-orch list components dedupe
      edge-orch list components --kind function -o json
    """
    from edge_orch.errors import Invalid, Problem
    from edge_orch.spec.catalogue import components
    from edge_orch.spec.words import did_you_mean

    found = [one for one in components() if kind in (None, one.kind) and name in (None, one.name)]
    if not found:
        known = {one.name for one in components() if kind in (None, one.kind)}
        next_step = did_you_mean(name or "", known, "edge-orch list components")
        raise Invalid(Problem(f"no component `{name}`", next_step=next_step))
    show(found, output, lambda: "\n\n".join(map(_about, found)) if name else _listed(found))


def _listed(found: list[Component]) -> str:
    rows = [[one.kind, one.usage or one.name, one.doc.splitlines()[0]] for one in found]
    return table(["kind", "name", "what it does"], rows)


def _about(one: Component) -> str:
    return "\n".join(_lines(one))


def _lines(one: Component) -> Iterator[str]:
    yield click.style(f"{one.usage or one.name} ({one.kind})", bold=True)
    yield one.doc
    if one.options:
        yield ""
        rows = [[o.name or "(its value)", o.type, "required" if o.required else o.default, o.doc] for o in one.options]
        yield table(["option", "type", "default", "what it means"], rows)
    yield ""
    yield one.example
