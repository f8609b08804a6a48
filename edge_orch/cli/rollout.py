"""`edge-orch rollout`: how a version reaches its agents."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from edge_orch.cli.options import connected, duration, printed
from edge_orch.cli.render import Output, fields, moment, section, show, table, word
from edge_orch.errors import EdgeOrchError, Invalid, Problem
from edge_orch.wire.api import RolloutView

if TYPE_CHECKING:
    from edge_orch.cli.client import Client

POLL_SECONDS = 0.5

timeout_option = click.option(
    "--timeout",
    "timeout_us",
    callback=duration,
    metavar="DURATION",
    help="Stop following after this time, like 5m, and exit 1. Agents that are away may stay pending for days.",
)


@click.group(short_help="Follow rollouts.")
def rollout() -> None:
    """Follow rollouts.

    \b
    Examples:
      edge-orch rollout status press-temperature --watch
      edge-orch rollout history press-temperature
    """


@rollout.command(short_help="Show one rollout, or the newest of a job.")
@click.argument("name", metavar="[ID|JOB]", required=False)
@click.option("-w", "--watch", is_flag=True, help="Follow until it is over; exit 1 if it failed or was superseded.")
@timeout_option
@connected
@printed
def status(name: str | None, watch: bool, timeout_us: int | None, client: Client, output: Output) -> None:
    """Show one rollout, by its id or as the newest of a job; without a name the newest of all.

    \b
    Examples:
      edge-orch rollout status
      edge-orch rollout status press-temperature --watch --timeout 10m
    """
    view = _find(client.get(list[RolloutView], "rollouts"), name)
    if watch:
        view = follow(client, view.id, timeout_us)
    show(view, output, lambda: describe_rollout(view))


@rollout.command(short_help="List a job's rollouts, newest first.")
@click.argument("job")
@connected
@printed
def history(job: str, client: Client, output: Output) -> None:
    """List a job's rollouts, newest first.

    \b
    Examples:
      edge-orch rollout history press-temperature
    """
    views = [view for view in _newest_first(client.get(list[RolloutView], "rollouts")) if view.job == job]
    show(views, output, lambda: rollout_table(views))


def rollout_table(views: list[RolloutView]) -> str:
    """One row a rollout."""
    rows = [
        (v.id, v.job, v.version, word(v.state), f"{v.done}/{v.total}", v.pending, v.failed, moment(v.started_at))
        for v in views
    ]
    headers = ("id", "job", "version", "state", "done", "pending", "failed", "started")
    return table(headers, rows, nothing="no rollouts; `edge-orch apply -f JOB.yaml` starts one")


def describe_rollout(view: RolloutView) -> str:
    """All that is known about one rollout."""
    text = fields(
        [
            ("Rollout", view.id),
            ("Job", f"{view.job} version {view.version}"),
            ("State", word(view.state)),
            ("Done", f"{view.done} of {view.total}"),
            ("Pending", f"{view.pending}"),
            ("Failed", f"{view.failed}"),
            ("Started", view.started_at),
        ]
    )
    if view.errors:
        text += "\n" + section("Errors", fields(sorted(view.errors.items())))
    return text


def follow(client: Client, rollout_id: str, timeout_us: int | None = None) -> RolloutView:
    """Show a progress bar on stderr until the rollout is over.

    Raises `EdgeOrchError` (exit 1) when it failed, was superseded, or is not over in time.
    """
    deadline = None if timeout_us is None else time.monotonic() + timeout_us / 1e6
    view = client.get(RolloutView, "rollouts", rollout_id)
    label = f"{view.job} version {view.version}"
    with click.progressbar(length=max(view.total, 1), label=label, show_pos=True, file=sys.stderr) as bar:
        shown = 0
        while True:
            bar.update(view.done - shown)
            shown = view.done
            if view.state != "running":
                break
            if deadline is not None and time.monotonic() >= deadline:
                raise EdgeOrchError(_unfinished(view))
            time.sleep(POLL_SECONDS)
            view = client.get(RolloutView, "rollouts", rollout_id)
    if view.state == "failed":
        raise EdgeOrchError(
            Problem(
                f"rollout {view.id} of {label} failed on {view.failed} of {view.total} agents",
                found="; ".join(f"{agent}: {error}" for agent, error in sorted(view.errors.items())),
                next_step=f"edge-orch describe rollout {view.id}",
            )
        )
    if view.state == "superseded":
        raise EdgeOrchError(
            Problem(
                f"rollout {view.id} of {label} was superseded by a newer one",
                next_step=f"edge-orch rollout status {view.job} --watch",
            )
        )
    return view


def _unfinished(view: RolloutView) -> Problem:
    return Problem(
        f"rollout {view.id} is not over yet",
        found=f"{view.done} of {view.total} agents done, {view.pending} away",
        next_step=f"it goes on by itself; edge-orch rollout status {view.id}",
    )


def _newest_first(views: list[RolloutView]) -> list[RolloutView]:
    return sorted(views, key=lambda view: (view.started_at, view.version), reverse=True)


def _find(views: list[RolloutView], name: str | None) -> RolloutView:
    for view in _newest_first(views):
        if name in (None, view.id, view.job):
            return view
    raise Invalid(
        Problem(
            f"no rollout {name!r}" if name else "no rollouts yet",
            next_step="edge-orch get rollouts" if name else "edge-orch apply -f JOB.yaml starts one",
        )
    )
