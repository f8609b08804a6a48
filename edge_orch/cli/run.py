"""`edge-orch run`: a job over a file, with no agent and no controller."""

from __future__ import annotations

from pathlib import Path

import click

from edge_orch.cli.inputs import STDIN


@click.command(short_help="Run a job over a file, on this machine.")
@click.argument("job", type=click.Path(path_type=Path, readable=False))
@click.option("--input", "source", default=STDIN, metavar="FILE", help="What to read; - or left out: standard input.")
@click.option(
    "--output-dir",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write OUTPUT.ndjson for each output, and dead_letters.ndjson, into this folder.",
)
@click.option("--only", default="", metavar="OUTPUT", help="Print the records of this output only.")
@click.option("--device-label", "labels", multiple=True, metavar="KEY=VALUE", help="A label of the device.")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter other than by default.")
@click.option(
    "-o",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How alerts, dead letters and the summary are told.",
)
def run(
    *,
    job: Path,
    source: str,
    folder: Path | None,
    only: str,
    labels: tuple[str, ...],
    params: tuple[str, ...],
    form: str,
) -> None:
    """Run a job over a file, on this machine.

    Records go to standard output as NDJSON; alerts and a summary go to standard error. Memory does not grow with the
    input. Sinks are not contacted. A secret that a step needs is taken from EDGE_ORCH_SECRET_NAME.

    \b
    Examples:
      edge-orch run jobs/machine_temperature.yaml --input temperature.csv --only hours
      edge-orch run jobs/press_temperature.yaml --input press.log --output-dir out --param hot_c=80
      tail -f app.log | edge-orch run jobs/log_severity.yaml
    """
    from edge_orch.cli.run_job import run_job  # noqa: PLC0415 -- the engine, which `--help` must not wait for

    run_job(job=job, source=source, folder=folder, only=only, labels=labels, params=params, as_json=form == "json")
