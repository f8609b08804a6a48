"""`edge-orch ack`: a person has seen an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from edge_orch.cli.get import find_alert
from edge_orch.cli.options import connected, printed
from edge_orch.cli.render import Output, show
from edge_orch.errors import Invalid, Problem
from edge_orch.wire.api import AckRequest, AckView, AlertView

if TYPE_CHECKING:
    from edge_orch.cli.client import Client


@click.command(short_help="Acknowledge an alert.")
@click.argument("episode")
@click.option("--agent", default="", help="Whose alert, where two agents have one of the same id.")
@click.option("--note", default="", help="What you found, or what you will do.")
@connected
@printed
def ack(*, episode: str, agent: str, note: str, client: Client, output: Output) -> None:
    """Acknowledge an alert. The beginning of its id is enough.

    Acknowledgements made in several places, also while the network is down, all remain visible.

    \b
    Examples:
      edge-orch ack 3f9a --note "coolant valve, on my way"
      edge-orch ack 3f9a --local /var/lib/edge-orch
    """
    views = [view for view in client.get(list[AlertView], "alerts") if agent in ("", view.agent)]
    if not views:
        raise Invalid(Problem("there are no alerts" + (f" on agent {agent}" if agent else "")))
    alert = find_alert(views, episode)
    view = client.post(AckRequest(alert.agent, note), "alerts", alert.episode, "acks", shape=AckView)
    show(view, output, lambda: f"acknowledged {alert.episode} on {alert.agent}: {alert.summary}")
