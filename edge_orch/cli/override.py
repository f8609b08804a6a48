"""`edge-orch override`: an operator's change of one parameter on one agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from edge_orch.cli.get import find_override, override_table
from edge_orch.cli.options import agent_needed, connected, parameter_name, parse_value, printed
from edge_orch.cli.render import Output, show, value, word
from edge_orch.errors import Invalid, Problem
from edge_orch.time import parse_duration
from edge_orch.wire.api import OverrideRequest, OverrideView

if TYPE_CHECKING:
    from edge_orch.cli.client import Client


@click.group(short_help="Change a job's parameter on one agent, with a reason.")
def override() -> None:
    """Change a job's parameter on one agent, with a reason.

    \b
    Examples:
      edge-orch override set press-temperature.hot_c=92 --agent press-line-1 --reason "new dies run hotter"
      edge-orch override list
      edge-orch override revoke 01J9 --reason "dies changed back"
    """


@override.command("set", short_help="Set a parameter until it expires or is revoked.")
@click.argument("assignment", metavar="JOB.PARAM=VALUE")
@click.option("--agent", default="", help="Which agent; not needed with --local.")
@click.option("--reason", required=True, help="Why: it is shown wherever the value is explained.")
@click.option("--expires", "expires_in", default="", metavar="DURATION", help="Give it up after this time, like 8h.")
@connected
@printed
def set_(*, assignment: str, agent: str, reason: str, expires_in: str, client: Client, output: Output) -> None:
    """Set a parameter until it expires or is revoked. VALUE is a number, true, false or text.

    With --local this is made at the machine itself and needs no network; it reaches the controller when the link does.

    \b
    Examples:
      edge-orch override set press-temperature.hot_c=92 --agent press-line-1 --reason "new dies" --expires 8h
      edge-orch override set press-temperature.hot_c=92 --local /var/lib/edge-orch --reason "new dies"
    """
    name, equals, text = assignment.partition("=")
    if not equals:
        raise Invalid(Problem("no value given", expected="JOB.PARAM=VALUE", found=repr(assignment)))
    job, param = parameter_name(name)
    if expires_in:
        parse_duration(expires_in)
    agent_needed(agent, client)
    request = OverrideRequest(job, param, parse_value(text), reason, agent, expires_in)
    view = client.post(request, "overrides", shape=OverrideView)
    show(view, output, lambda: _line(view))


@override.command("list", short_help="List overrides, and which of them counts.")
@connected
@printed
def list_(client: Client, output: Output) -> None:
    """List overrides, and which of them counts.

    \b
    Examples:
      edge-orch override list
      edge-orch override list --local /var/lib/edge-orch
    """
    views = client.get(list[OverrideView], "overrides")
    show(views, output, lambda: override_table(views))


@override.command(short_help="Take an override back.")
@click.argument("id")
@click.option("--reason", default="revoked", show_default=True, help="Why.")
@connected
@printed
def revoke(id: str, reason: str, client: Client, output: Output) -> None:  # noqa: A002 -- the word users type
    """Take an override back. It stays visible as revoked; the parameter goes back to what else holds.

    \b
    Examples:
      edge-orch override revoke 01J9ZK --reason "dies changed back"
    """
    old = find_override(client.get(list[OverrideView], "overrides"), id)
    request = OverrideRequest(old.job, old.param, None, reason, old.agent)
    view = client.post(request, "overrides", shape=OverrideView)
    show(view, output, lambda: f"override {old.id} of {old.job}.{old.param} on {old.agent} revoked")


def _line(view: OverrideView) -> str:
    until = f" until {view.expires_at}" if view.expires_at else ""
    return (
        f"{view.job}.{view.param} = {value(view.value)} on {view.agent}{until}: {word(view.state)} (override {view.id})"
    )
