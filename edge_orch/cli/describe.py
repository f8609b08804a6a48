"""`edge-orch describe`: all that is known about one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from edge_orch.cli.get import alert_state, alert_table, find_alert, override_table
from edge_orch.cli.options import connected, printed
from edge_orch.cli.render import Output, fields, labels, moment, section, short, show, table, word
from edge_orch.cli.rollout import describe_rollout, rollout_table
from edge_orch.wire.api import AgentView, AlertView, JobView, OverrideView, ReportedView, RolloutView

if TYPE_CHECKING:
    from edge_orch.cli.client import Client


@click.group(short_help="Show all that is known about one agent, job, rollout or alert.")
def describe() -> None:
    """Show all that is known about one agent, job, rollout or alert.

    \b
    Examples:
      edge-orch describe agent press-line-1
      edge-orch describe job press-temperature
    """


@describe.command(short_help="Show an agent: jobs, overrides, alerts, twin, telemetry.")
@click.argument("name")
@connected
@printed
def agent(name: str, client: Client, output: Output) -> None:
    """Show an agent: jobs, overrides, alerts, twin, telemetry.

    \b
    Examples:
      edge-orch describe agent press-line-1
    """
    view = client.get(AgentView, "agents", name)
    if output == Output.JSON:
        show(view, output, str)
        return
    overrides = [one for one in client.get(list[OverrideView], "overrides") if one.agent == name]
    alerts = [one for one in client.get(list[AlertView], "alerts") if one.agent == name]
    parts = [
        fields(
            [
                ("Agent", view.name),
                ("Link", word("online" if view.online else "offline")),
                ("Last seen", moment(view.last_seen) or "never"),
                ("Labels", labels(view.labels)),
                ("Firmware", view.firmware),
                ("Twin", " ".join(short(head) for head in view.heads)),
                *([("Archive", f"{view.dropped} old facts are no longer kept")] if view.dropped else []),
            ]
        ),
        section("Jobs", _reported_table(view.jobs)),
        section("Overrides", override_table(overrides)),
        section("Alerts", alert_table(alerts)),
    ]
    if view.telemetry:
        parts.append(section("Telemetry", fields(sorted(view.telemetry.items()))))
    show(view, output, lambda: "\n".join(parts))


def _reported_table(views: tuple[ReportedView, ...]) -> str:
    rows = [(v.job, v.version, v.desired, word(v.state), v.error) for v in views]
    return table(("job", "version", "desired", "state", "error"), rows, nothing="no jobs")


@describe.command(short_help="Show a job: its latest version, its rollouts, where it runs.")
@click.argument("name")
@connected
@printed
def job(name: str, client: Client, output: Output) -> None:
    """Show a job: its latest version, its rollouts, where it runs.

    \b
    Examples:
      edge-orch describe job press-temperature
    """
    view = client.get(JobView, "jobs", name)
    if output == Output.JSON:
        show(view, output, str)
        return
    rollouts = [one for one in client.get(list[RolloutView], "rollouts") if one.job == name]
    rows = [
        (
            agent.name,
            word("online" if agent.online else "offline"),
            one.version,
            one.desired,
            word(one.state),
            one.error,
        )
        for agent in client.get(list[AgentView], "agents")
        for one in agent.jobs
        if one.job == name
    ]
    parts = [
        fields(
            [
                ("Job", view.name),
                ("Version", view.version),
                ("Digest", view.digest),
                ("Applied", f"{view.applied_at} by {view.applied_by}"),
                ("Running", f"{view.running} of {view.targeted} agents"),
            ]
        ),
        section("Agents", table(("agent", "link", "version", "desired", "state", "error"), rows, nothing="none yet")),
        section("Rollouts", rollout_table(rollouts)),
    ]
    show(view, output, lambda: "\n".join(parts))


@describe.command(short_help="Show a rollout and what went wrong where.")
@click.argument("id")
@connected
@printed
def rollout(id: str, client: Client, output: Output) -> None:  # noqa: A002 -- the word users type
    """Show a rollout and what went wrong where.

    \b
    Examples:
      edge-orch describe rollout press-temperature-2
    """
    view = client.get(RolloutView, "rollouts", id)
    show(view, output, lambda: describe_rollout(view))


@describe.command(short_help="Show an alert: its life, who was told, who acknowledged.")
@click.argument("episode")
@connected
@printed
def alert(episode: str, client: Client, output: Output) -> None:
    """Show an alert: its life, who was told, who acknowledged. The beginning of its id is enough.

    \b
    Examples:
      edge-orch describe alert 3f9a
    """
    view = find_alert(client.get(list[AlertView], "alerts"), episode)
    show(view, output, lambda: _alert_text(view))


def _alert_text(view: AlertView) -> str:
    text = fields(
        [
            ("Episode", view.episode),
            ("Summary", view.summary),
            ("State", alert_state(view)),
            ("Silenced by", ", ".join(view.silenced)),
            ("Severity", view.severity),
            ("Agent", view.agent),
            ("Rule", f"{view.rule} of {view.job} version {view.version}"),
            ("Key", ", ".join(view.key)),
            ("Opened", view.opened_at),
            ("Resolved", view.resolved_at),
            ("Notified", ", ".join(view.notified) or "nobody yet"),
        ]
    )
    if view.acks:
        rows = [(ack.by, f"at the {ack.origin}", ack.at, ack.note) for ack in view.acks]
        text += "\n" + section("Acknowledged", table(("by", "where", "at", "note"), rows))
    return text
