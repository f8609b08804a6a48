"""`edge-orch doctor`: how this device is, and how long it can go on alone."""

# ruff: noqa: PLC0415 (help must not wait for what only a run needs)

from __future__ import annotations

from pathlib import Path

import click

from edge_orch.cli.options import printed
from edge_orch.cli.render import Output, show, table
from edge_orch.errors import ExitCode
from edge_orch_agent.commands.options import local


@click.command(short_help="Examine this device: what is wrong, what will be, and what to do.")
@local
@printed
def doctor(folder: Path, output: Output) -> None:
    """Examine this device: agent and jobs, survival without sinks, store, disk, wear, memory, clock, network, secrets.

    Changes nothing, and needs no network. Ends with 1 if something fails; warnings alone end with 0.

    \b
    Examples:
      edge-orch doctor --local ./press-1
      edge-orch doctor --local /var/lib/edge-orch -o json
    """
    from edge_orch.errors import Problem, StorageError
    from edge_orch_agent.data_folder import AgentFolder
    from edge_orch_agent.doctor.checks import examine
    from edge_orch_agent.doctor.finding import State
    from edge_orch_agent.doctor.gathering import gather

    if not folder.is_dir():
        raise StorageError(
            Problem(
                f"there is no data folder {folder}",
                expected="the data folder of an agent",
                next_step="name it with --local DIR or EDGE_ORCH_LOCAL",
            )
        )
    findings = examine(gather(AgentFolder(folder)))
    rows = [(finding.check, finding.state, finding.found, finding.next_step) for finding in findings]
    show(findings, output, lambda: table(("check", "state", "found", "next"), rows))
    if any(finding.state is State.FAIL for finding in findings):
        click.get_current_context().exit(int(ExitCode.FAILED))
