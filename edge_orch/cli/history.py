"""`edge-orch history`: how a job, a parameter or an alert came to be as it is, fact by fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from edge_orch.cli.options import connected, printed
from edge_orch.cli.render import Output, moment, show, table
from edge_orch.errors import Invalid, Problem
from edge_orch.wire.api import HappeningView

if TYPE_CHECKING:
    from edge_orch.cli.client import Client


@click.command(short_help="Show the facts about a job, a parameter, a rule or an alert over time.")
@click.argument("subject", metavar="[JOB[.PARAM|.RULE]]", default="")
@click.option("--episode", default="", help="Of one alert instead; the beginning of its id is enough.")
@click.option("--agent", default="", help="Of this agent only; not needed with --local.")
@connected
@printed
def history(*, subject: str, episode: str, agent: str, client: Client, output: Output) -> None:
    """Show the facts about a job, a parameter, a rule or an alert, oldest first: who decided what, where and why.

    What has left the twin for the archive is shown as well.

    \b
    Examples:
      edge-orch history press-temperature.hot_c --agent press-line-1
      edge-orch history press-temperature -o json
      edge-orch history --episode 3f9a --local /var/lib/edge-orch
    """
    if bool(subject) == bool(episode):
        raise Invalid(Problem("the history of what?", expected="JOB, JOB.PARAM, JOB.RULE or --episode ID"))
    job, _, name = subject.partition(".")
    views = client.get(list[HappeningView], "history", agent=agent, job=job, name=name, episode=episode)
    show(views, output, lambda: _table(views))


def _table(views: list[HappeningView]) -> str:
    rows = [(moment(v.at) or "-", v.agent, v.by or "-", v.what, "archived" if v.archived else "") for v in views]
    return table(("at", "agent", "by", "what", ""), rows, nothing="no facts about this")
