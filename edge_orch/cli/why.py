"""`edge-orch why`: the chain of facts behind a parameter's value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from edge_orch.cli.options import agent_needed, connected, parameter_name, printed
from edge_orch.cli.render import Output, show, value
from edge_orch.wire.api import WhyView

if TYPE_CHECKING:
    from edge_orch.cli.client import Client


@click.command(short_help="Explain why a parameter has its value on an agent.")
@click.argument("parameter", metavar="JOB.PARAM")
@click.option("--agent", default="", help="Which agent; not needed with --local.")
@connected
@printed
def why(parameter: str, agent: str, client: Client, output: Output) -> None:
    """Explain why a parameter has its value on an agent: every fact that counts, the strongest last.

    \b
    Examples:
      edge-orch why press-temperature.hot_c --agent press-line-1
      edge-orch why press-temperature.hot_c --local /var/lib/edge-orch
    """
    job, param = parameter_name(parameter)
    agent_needed(agent, client)
    view = client.get(WhyView, "why", agent=agent, job=job, param=param)
    show(view, output, lambda: _text(view))


def _text(view: WhyView) -> str:
    lines = [f"{view.job}.{view.param} = {value(view.value)} on {view.agent}"]
    lines += [f"  {number}. {reason}" for number, reason in enumerate(view.reasons, 1)]
    if view.conflict:
        conflict = click.style("conflict", fg="yellow")
        lines.append(f"  {conflict}: several overrides hold at once; `edge-orch override set` decides, or `revoke`")
    return "\n".join(lines)
