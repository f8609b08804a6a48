"""`edge-orch demo`."""

# ruff: noqa: PLC0415 (help must not wait for what only a run needs)
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from edge_orch_controller.demo.checker import Evidence
    from edge_orch_controller.demo.console import Console
    from edge_orch_controller.demo.stage import Stage


@click.command(short_help="See it all at work: rollout, cut network, alert from the edge, merge.")
@click.option("--rate", type=click.FloatRange(30, 5_000), default=1200.0, show_default=True, help="Lines a second.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the sensors' play.")
@click.option("--presses", type=click.IntRange(8, 100), default=8, show_default=True, help="Presses at each site.")
@click.option("--no-mosquitto", is_flag=True, help="Use the demo's own small broker even where mosquitto is installed.")
@click.option("--keep", is_flag=True, help="Leave everything running at the end, until Ctrl-C.")
def demo(*, rate: float, seed: int, presses: int, no_mosquitto: bool, keep: bool) -> None:
    """See it all at work on this machine: rollout, cut network, alert from the edge, merge.

    Real processes and real sockets in a temporary folder: a controller, three agents, a plant's bus, sensors, and a
    receiver that counts for itself. The last line is one line of JSON; exit 0 only if nothing was lost or doubled.

    \b
    Examples:
      edge-orch demo
      edge-orch demo --rate 3000 --seed 7
      edge-orch demo --keep
    """
    import asyncio
    import tempfile
    from functools import partial

    from edge_orch_controller.demo.stage import Stage

    with tempfile.TemporaryDirectory(prefix="edge-orch-demo-") as folder:
        stage = partial(Stage, Path(folder), rate, seed, presses, no_mosquitto)
        try:
            code = asyncio.run(_demo(stage, keep))
        except asyncio.CancelledError:  # SIGTERM ends it as Ctrl-C does: everything has been stopped in order
            raise KeyboardInterrupt from None
    click.get_current_context().exit(code)


async def _demo(make_stage: Callable[[], Stage], keep: bool) -> int:
    import asyncio
    import signal

    from edge_orch.errors import EdgeOrchError
    from edge_orch_controller.demo.console import Console
    from edge_orch_controller.demo.story import Story

    task = asyncio.current_task()
    assert task is not None  # noqa: S101 -- asyncio.run made one
    for end in (signal.SIGTERM, signal.SIGINT):  # SIGINT too: a shell's background jobs inherit it ignored
        asyncio.get_running_loop().add_signal_handler(end, task.cancel)
    console = Console()
    failure = ""
    async with make_stage() as stage:
        story = Story(stage, console)
        try:
            await story.play()
        except EdgeOrchError as error:
            failure = str(error)
        code = _verdict(await story.evidence(), failure, console)
        if keep:
            _invite(stage, console)
            await asyncio.Event().wait()
    return code


def _verdict(evidence: Evidence, failure: str, console: Console) -> int:
    """Print the table for people and, as the last line, the JSON for programs; returns the exit code."""
    import msgspec

    from edge_orch.cli.render import table
    from edge_orch.errors import ExitCode
    from edge_orch_controller.demo.checker import account, judge

    verdict, complaints = judge(evidence)
    if failure:
        complaints.insert(0, failure)
    console.say()
    rows = [(row.site, row.published, row.delivered, row.dead, row.lost, row.duplicated) for row in account(evidence)]
    console.say(table(("site", "published", "delivered", "malformed, dead", "lost", "duplicated"), rows))
    console.say()
    for told in evidence.notifications:
        while_away = " (while the link was down)" if told.offline else ""
        console.say(f"  {told.agent}: {told.event}: {told.summary}{while_away}")
    console.say()
    for complaint in complaints:
        console.say(f"{click.style('✗', fg='red', bold=True)} {complaint}")
    if not complaints:
        console.say(f"{click.style('✓', fg='green', bold=True)} nothing lost, nothing doubled, everyone agrees")
    console.say(msgspec.json.encode(verdict).decode())
    return int(ExitCode.FAILED if complaints else ExitCode.OK)


def _invite(stage: Stage, console: Console) -> None:
    """Say how to look around."""
    fleet = stage.fleet
    member = fleet.members[0]
    stage.sensors.running = True
    console.say(f"""
Everything is still running. In another terminal:

  export EDGE_ORCH_CONTROLLER={fleet.url}
  export EDGE_ORCH_TOKEN_FILE={fleet.token_file}
  edge-orch get agents
  edge-orch describe agent {member.name}
  edge-orch get alerts
  edge-orch why press-temperature.hot_c --agent {member.name}
  edge-orch override list --local {member.folder}
  tail -f {stage.folder}/{member.name}.log

Ctrl-C ends it.""")
