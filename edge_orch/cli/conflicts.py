"""`edge-orch conflicts`: what a person should decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from edge_orch.cli.options import connected, printed
from edge_orch.cli.render import Output, section, show, value, word
from edge_orch.wire.api import ConflictView

if TYPE_CHECKING:
    from edge_orch.cli.client import Client


@click.command(short_help="Show what was decided apart and does not fit together.")
@click.option("--agent", default="", help="Of this agent only.")
@connected
@printed
def conflicts(agent: str, client: Client, output: Output) -> None:
    """Show what was decided apart and does not fit together, with the command that decides it.

    Several overrides of one parameter that hold at once, overrides without effect, and twins that do not merge.

    \b
    Examples:
      edge-orch conflicts
      edge-orch conflicts --local /var/lib/edge-orch -o json
    """
    views = client.get(list[ConflictView], "conflicts", agent=agent)
    show(views, output, lambda: "\n".join(map(_text, views)) or "no conflicts")


def _text(view: ConflictView) -> str:
    lines = [view.what]
    lines += [
        f"{word(one.state)}  {one.id}  {value(one.value)}  by {one.by} ({one.role}, at the {one.origin}): {one.reason}"
        for one in view.overrides
    ]
    lines.append(f"next: {view.next_step}")
    return section(f"{view.subject} on {view.agent}, {word(view.kind)}", "\n".join(lines))
