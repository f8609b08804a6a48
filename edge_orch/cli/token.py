"""`edge-orch token`: how agents and people get in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from edge_orch.cli.options import connected, printed
from edge_orch.cli.render import Output, show
from edge_orch.errors import Invalid, Problem
from edge_orch.time import parse_duration
from edge_orch.wire.api import TokenRequest, TokenView

if TYPE_CHECKING:
    from edge_orch.cli.client import Client


@click.group(short_help="Create join tokens for agents and credentials for people.")
def token() -> None:
    """Create join tokens for agents and credentials for people.

    \b
    Examples:
      edge-orch token create --agent press-line-1 --labels site=austin,role=press
      edge-orch token create --user maria --role operator --expires 30d
    """


@token.command(short_help="Create a join token or a person's credential.")
@click.option("--agent", metavar="NAME", help="A join token, with which this agent can enrol once.")
@click.option("--labels", default="", metavar="K=V,…", help="The agent's labels; jobs choose their targets by them.")
@click.option("--replace", is_flag=True, help="The agent is enrolled: its next key takes the place of the old one.")
@click.option("--user", metavar="NAME", help="A credential for this person.")
@click.option("--role", type=click.Choice(["viewer", "operator", "admin"]), help="What the person may do.")
@click.option("--expires", "expires_in", default="1h", show_default=True, metavar="DURATION", help="How long it holds.")
@connected
@printed
def create(
    *,
    agent: str | None,
    labels: str,
    replace: bool,
    user: str | None,
    role: str | None,
    expires_in: str,
    client: Client,
    output: Output,
) -> None:
    """Create a join token or a person's credential. It is shown once and kept nowhere: only its digest is stored.

    \b
    Examples:
      edge-orch token create --agent press-line-1 --labels site=austin,role=press
      edge-orch token create --agent press-line-1 --replace      # its disk was copied, or its key lost
      EDGE_ORCH_TOKEN=$(edge-orch token create --user maria --role operator --expires 30d)
    """
    parse_duration(expires_in)
    if bool(agent) == bool(user):
        raise Invalid(Problem("a token is either for an agent or for a person", expected="--agent NAME or --user NAME"))
    if agent:
        if role:
            raise Invalid(Problem("an agent has no role", next_step="leave --role out, or use --user"))
        request = TokenRequest("join", agent, parse_labels(labels), expires_in=expires_in, replace=replace)
    else:
        if labels or replace:
            what = "labels" if labels else "key to replace"
            raise Invalid(Problem(f"a person has no {what}", next_step="use --agent"))
        request = TokenRequest("user", user or "", role=role or "viewer", expires_in=expires_in)  # type: ignore[arg-type]
    view = client.post(request, "tokens", shape=TokenView)
    show(view, output, lambda: view.token)
    if output == Output.TABLE:
        what = f"lets agent {view.name} enrol once" if view.kind == "join" else f"is {view.name}'s credential"
        click.echo(f"It {what}, until {view.expires_at}.", err=True)


def parse_labels(text: str) -> dict[str, str]:
    """`k=v,k=v` → mapping; empty text → none. Raises `Invalid`."""
    found: dict[str, str] = {}
    for part in filter(None, text.split(",")):
        name, equals, label = part.partition("=")
        if not (name and equals and label):
            raise Invalid(Problem("not a label", expected="name=value, several joined by commas", found=repr(part)))
        found[name.strip()] = label.strip()
    return found
