"""`edge-orch tap`: live records of any stage of a job on this device."""

# ruff: noqa: PLC0415 (help must not wait for what only the command needs)

from __future__ import annotations

from pathlib import Path

import click

from edge_orch_agent.commands.options import local_folder


@click.command(short_help="Show live records of any step of a job on this device.")
@click.argument("job")
@click.argument("stage")
@click.option("-n", "--count", type=click.IntRange(min=1), metavar="N", help="End after N records.")
@local_folder("The data folder of the agent, which must run.")
def tap(job: str, stage: str, count: int | None, folder: Path) -> None:
    """Show live records of any step of a job on this device.

    STAGE is a step, or ROUTE.BRANCH. Records are printed as NDJSON as they pass, also those that no output takes, until
    Ctrl-C, or until the agent or the stage is gone (exit code 4). It changes nothing for the job, and is never waited
    for: records that are not read in time are left out, and counted on standard error. What is shown may not be durable
    yet.

    \b
    Examples:
      edge-orch tap press-temperature per_sensor --local ./press-1
      edge-orch tap press-temperature measured -n 10 --local ./press-1 | jq .temp_c
    """
    from edge_orch.cli.client import Client
    from edge_orch.errors import Problem, Unavailable
    from edge_orch.wire.api import TapView

    left = count
    for view in Client("", local=folder).stream(TapView, "taps", job, stage):
        for record in view.records[:left]:
            click.echo(bytes(record))
        if view.dropped:
            click.echo(f"{view.dropped} records left out: they came faster than they were read", err=True)
        if left is not None:
            left -= min(left, len(view.records))
            if left == 0:
                return
        if view.ended:
            raise Unavailable(f"the tap has ended: {view.ended}")
    raise Unavailable(Problem("the tap has ended: the agent has gone", next_step="start it, and look again"))
