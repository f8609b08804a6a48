"""`edge-orch doctor`: how this device is, and how long it can go on alone."""

# ruff: noqa: PLC0415 (help must not wait for what only a run needs)

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge_orch.cli.options import printed
from edge_orch.cli.render import Output, show
from edge_orch.errors import ExitCode
from edge_orch_agent.commands.options import local

if TYPE_CHECKING:
    from edge_orch_agent.doctor.finding import Finding

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red", "unknown": "bright_black"}


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
    show(findings, output, lambda: _text(findings))
    if any(finding.state is State.FAIL for finding in findings):
        click.get_current_context().exit(int(ExitCode.FAILED))


def _text(findings: Sequence[Finding]) -> str:
    """A line each, and what to do below it: next to a machine the screen is narrow."""
    width = max(len(finding.check) for finding in findings)
    lines: list[str] = []
    for finding in findings:
        state = click.style(f"{finding.state.value:<7}", fg=_COLOURS[finding.state.value])
        lines.append(f"{state}  {finding.check:<{width}}  {finding.found}")
        if finding.next_step:
            lines.append(f"{'':<{width + 11}}→ {finding.next_step}")
    counts = {state: sum(finding.state.value == state for finding in findings) for state in ("fail", "warn")}
    words = [f"{counts['fail']} failing"] * bool(counts["fail"]) + [f"{counts['warn']} to look at"] * bool(
        counts["warn"]
    )
    return "\n".join([*lines, "", ", ".join(words) or "all is well"])
