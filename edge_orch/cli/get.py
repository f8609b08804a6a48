"""`edge-orch get`: what there is, one row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from edge_orch.cli.options import connected, printed
from edge_orch.cli.render import Output, labels, moment, short, show, table, value, word
from edge_orch.cli.rollout import rollout_table
from edge_orch.errors import Invalid, Problem
from edge_orch.wire.api import AgentView, AlertView, JobView, OverrideView, RolloutView

if TYPE_CHECKING:
    from edge_orch.cli.client import Client


@click.group(short_help="List jobs, agents, rollouts, alerts or overrides.")
def get() -> None:
    """List jobs, agents, rollouts, alerts or overrides.

    \b
    Examples:
      edge-orch get agents
      edge-orch get alerts -o json
      edge-orch get alerts --local /var/lib/edge-orch
    """


@get.command(short_help="Jobs and how many agents run their latest version.")
@click.argument("name", required=False)
@connected
@printed
def jobs(name: str | None, client: Client, output: Output) -> None:
    """Jobs and how many agents run their latest version.

    \b
    Examples:
      edge-orch get jobs
      edge-orch get jobs press-temperature -o json
    """
    views = [client.get(JobView, "jobs", name)] if name else client.get(list[JobView], "jobs")
    rows = [
        (v.name, v.version, f"{v.running}/{v.targeted}", short(v.digest), moment(v.applied_at), v.applied_by)
        for v in views
    ]
    headers = ("name", "version", "running", "digest", "applied", "by")
    show(views, output, lambda: table(headers, rows, nothing="no jobs; `edge-orch apply -f JOB.yaml` stores one"))


@get.command(short_help="Agents, whether they are online, and what they run.")
@click.argument("name", required=False)
@connected
@printed
def agents(name: str | None, client: Client, output: Output) -> None:
    """Agents, whether they are online, and what they run.

    \b
    Examples:
      edge-orch get agents
      edge-orch get agents press-line-1 -o json
    """
    views = [client.get(AgentView, "agents", name)] if name else client.get(list[AgentView], "agents")
    show(views, output, lambda: _agent_table(views))


def _agent_table(views: list[AgentView]) -> str:
    rows = [
        (
            view.name,
            word("online" if view.online else "offline"),
            moment(view.last_seen) or "never",
            ", ".join(f"{job.job} v{job.version} {word(job.state)}" for job in view.jobs),
            labels(view.labels),
        )
        for view in views
    ]
    nothing = "no agents; `edge-orch token create --agent NAME` lets one join"
    return table(("name", "link", "last seen", "jobs", "labels"), rows, nothing=nothing)


@get.command(short_help="Rollouts and how far they are.")
@click.argument("name", metavar="[ID]", required=False)
@connected
@printed
def rollouts(name: str | None, client: Client, output: Output) -> None:
    """Rollouts and how far they are.

    \b
    Examples:
      edge-orch get rollouts
    """
    views = [client.get(RolloutView, "rollouts", name)] if name else client.get(list[RolloutView], "rollouts")
    show(views, output, lambda: rollout_table(views))


@get.command(short_help="Alerts: open, acknowledged and resolved.")
@click.argument("episode", required=False)
@connected
@printed
def alerts(episode: str | None, client: Client, output: Output) -> None:
    """Alerts: open, acknowledged and resolved.

    \b
    Examples:
      edge-orch get alerts
      edge-orch get alerts --local /var/lib/edge-orch
    """
    views = client.get(list[AlertView], "alerts")
    if episode:
        views = [find_alert(views, episode)]
    show(views, output, lambda: alert_table(views))


def alert_table(views: list[AlertView]) -> str:
    """One row an episode."""
    rows = [
        (v.episode, v.agent, v.job, v.rule, alert_state(v), v.severity, moment(v.opened_at), v.summary)
        for v in sorted(views, key=lambda view: view.opened_at, reverse=True)
    ]
    return table(
        ("episode", "agent", "job", "rule", "state", "severity", "opened", "summary"), rows, nothing="no alerts"
    )


def alert_state(view: AlertView) -> str:
    """The state, and beside it what may hold at the same time."""
    beside = [
        *(["reopened"] if view.reopened else []),
        *(["escalated"] if view.escalated else []),
        *(["silenced"] if view.silenced else []),
    ]
    return word(view.state) + (f" ({', '.join(beside)})" if beside else "")


def find_alert(views: list[AlertView], episode: str) -> AlertView:
    """The episode with this id, or the only one that begins so. Raises `Invalid`."""
    found = [view for view in views if view.episode == episode]
    found = found or [view for view in views if view.episode.startswith(episode)]
    if len(found) == 1:
        return found[0]
    raise Invalid(
        Problem(
            f"{'several alerts begin with' if found else 'no alert'} {episode!r}",
            found=", ".join(sorted(view.episode for view in found)),
            next_step="edge-orch get alerts",
        )
    )


@get.command(short_help="Overrides, and which of them counts.")
@click.argument("id", metavar="[ID]", required=False)
@connected
@printed
def overrides(id: str | None, client: Client, output: Output) -> None:  # noqa: A002 -- the word users type
    """Overrides, and which of them counts.

    \b
    Examples:
      edge-orch get overrides
    """
    views = client.get(list[OverrideView], "overrides")
    if id:
        views = [find_override(views, id)]
    show(views, output, lambda: override_table(views))


def override_table(views: list[OverrideView]) -> str:
    """One row an override, newest first."""
    rows = [
        (
            v.id,
            v.agent,
            f"{v.job}.{v.param}",
            value(v.value),
            word(v.state),
            f"{v.by} ({v.role}, at the {v.origin})",
            moment(v.expires_at) or "never",
            v.reason,
        )
        for v in sorted(views, key=lambda view: view.made_at, reverse=True)
    ]
    headers = ("id", "agent", "parameter", "value", "state", "by", "expires", "reason")
    return table(headers, rows, nothing="no overrides")


def find_override(views: list[OverrideView], id: str) -> OverrideView:  # noqa: A002
    """The override with this id. Raises `Invalid`."""
    for view in views:
        if view.id == id:
            return view
    raise Invalid(Problem(f"no override {id!r}", next_step="edge-orch override list"))
