"""`edge-orch silence`: no notifications of an alert rule for a time, with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from edge_orch.cli.options import agent_needed, connected, printed
from edge_orch.cli.render import Output, moment, show, table, word
from edge_orch.errors import Invalid, Problem
from edge_orch.time import parse_duration
from edge_orch.wire.api import SilenceRequest, SilenceView

if TYPE_CHECKING:
    from edge_orch.cli.client import Client


@click.group(short_help="Want no notifications of an alert rule for a time.")
def silence() -> None:
    """Want no notifications of an alert rule for a time. Its alerts still open and resolve, and are shown.

    \b
    Examples:
      edge-orch silence set press-temperature.overheating --for 2h --agent press-line-1 --reason "dies are changed"
      edge-orch silence list
      edge-orch silence lift c-9f3c-1 --reason "done early"
    """


@silence.command("set", short_help="Silence a rule of a job, or all of them, until it is over or lifted.")
@click.argument("subject", metavar="JOB[.RULE]")
@click.option("--for", "lasts", required=True, metavar="DURATION", help="For how long, like 8h; it ends by itself.")
@click.option("--reason", required=True, help="Why: it is shown wherever the silence is.")
@click.option("--key", multiple=True, help="Only episodes with this key; once for each of the rule's key fields.")
@click.option("--agent", default="", help="Which agent; not needed with --local.")
@connected
@printed
def set_(
    *, subject: str, lasts: str, reason: str, key: tuple[str, ...], agent: str, client: Client, output: Output
) -> None:
    """Silence a rule of a job, or all of them, until it is over or lifted.

    With --local this is made at the machine itself and needs no network; it reaches the controller when the link does.

    \b
    Examples:
      edge-orch silence set press-temperature.overheating --for 2h --agent press-line-1 --reason "dies are changed"
      edge-orch silence set press-temperature --for 8h --local /var/lib/edge-orch --reason "line is down"
    """
    parse_duration(lasts)
    agent_needed(agent, client)
    job, _, rule = subject.partition(".")
    request = SilenceRequest(reason, job, rule, key or None, lasts, agent=agent)
    view = client.post(request, "silences", shape=SilenceView)
    show(view, output, lambda: f"{_about(view)} on {view.agent} silenced until {_end(view)} (silence {view.id})")


@silence.command("list", short_help="List silences, and which of them hold.")
@connected
@printed
def list_(client: Client, output: Output) -> None:
    """List silences, and which of them hold.

    \b
    Examples:
      edge-orch silence list
      edge-orch silence list --local /var/lib/edge-orch -o json
    """
    views = client.get(list[SilenceView], "silences")
    show(views, output, lambda: _table(views))


@silence.command(short_help="End a silence before its time.")
@click.argument("id")
@click.option("--reason", default="lifted", show_default=True, help="Why.")
@connected
@printed
def lift(id: str, reason: str, client: Client, output: Output) -> None:  # noqa: A002 -- the word users type
    """End a silence before its time. It stays visible as lifted.

    \b
    Examples:
      edge-orch silence lift c-9f3c-1 --reason "done early"
    """
    old = next((view for view in client.get(list[SilenceView], "silences") if view.id == id), None)
    if old is None:
        raise Invalid(Problem(f"no silence {id!r}", next_step="edge-orch silence list"))
    request = SilenceRequest(reason, lifts=(id,), agent=old.agent)
    view = client.post(request, "silences", shape=SilenceView)
    show(view, output, lambda: f"silence {id} of {_about(old)} on {old.agent} lifted")


def _table(views: list[SilenceView]) -> str:
    rows = [
        (v.id, v.agent, _about(v), word(v.state), f"{v.by} (at the {v.origin})", _end(v), v.reason)
        for v in sorted(views, key=lambda view: view.made_at, reverse=True)
    ]
    return table(("id", "agent", "silences", "state", "by", "until", "reason"), rows, nothing="no silences")


def _about(view: SilenceView) -> str:
    about = f"{view.job}.{view.rule}" if view.rule else f"all rules of {view.job}"
    return about if view.key is None else f"{about} [{', '.join(view.key)}]"


def _end(view: SilenceView) -> str:
    return moment(view.expires_at) or "the time is known"
