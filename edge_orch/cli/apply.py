"""`edge-orch apply`: job files become versions, versions are rolled out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge_orch.cli.jobfile import assets_of, read_job_file
from edge_orch.cli.options import connected, printed
from edge_orch.cli.render import Output, show, word
from edge_orch.cli.rollout import follow, timeout_option
from edge_orch.errors import EdgeOrchError
from edge_orch.wire.api import ApplyRequest, ApplyResult

if TYPE_CHECKING:
    from edge_orch.cli.client import Client


@click.command(short_help="Store job files as new versions and roll them out.")
@click.option(
    "-f",
    "--file",
    "files",
    type=click.Path(path_type=Path, readable=False),
    multiple=True,
    required=True,
    help="A job file; may be given several times.",
)
@click.option("--wait", is_flag=True, help="Follow each rollout until it is over; exit 1 if it failed.")
@timeout_option
@connected
@printed
def apply(files: tuple[Path, ...], wait: bool, timeout_us: int | None, client: Client, output: Output) -> None:
    """Store job files as new versions and roll them out.

    The same content is the same version: applying a file twice changes nothing. A file that is wrong is refused with
    the place of every problem; the other files are applied all the same.

    \b
    Examples:
      edge-orch apply -f jobs/press_temperature.yaml
      edge-orch apply -f a.yaml -f b.yaml --wait --timeout 5m
    """
    results: list[ApplyResult] = []
    failures: list[EdgeOrchError] = []
    for file in files:
        try:
            text = read_job_file(file)
            request = ApplyRequest(text, str(file), assets_of(file, text))
            results.append(client.post(request, "jobs", shape=ApplyResult))
        except EdgeOrchError as error:
            failures.append(error)
    if results or not failures:
        show(results, output, lambda: "\n".join(map(_line, results)))
    if wait:
        for result in results:
            if result.rollout:
                follow(client, result.rollout, timeout_us)
    if failures:
        raise type(failures[0])(*(problem for failure in failures for problem in failure.problems))


def _line(result: ApplyResult) -> str:
    what = word("created") if result.created else "unchanged"
    rollout = f" (rollout {result.rollout})" if result.rollout else ""
    return f"{result.job} version {result.version} {what}{rollout}"
