"""`edge-orch run`: a job over a file, with no agent and no controller."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

import click

from edge_orch.cli.inputs import STDIN
from edge_orch.cli.jobfile import compile_file


def _moment(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> int | None:
    from edge_orch.time import parse_timestamp  # noqa: PLC0415 -- `--help` need not

    if text is None:
        return None
    try:
        return parse_timestamp(text)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{text!r} is not a time like 2026-01-01T00:00:00Z") from None


def _rate(_ctx: click.Context, _parameter: click.Parameter, rate: float | None) -> float | None:
    if rate is not None and not isfinite(rate):
        raise click.BadParameter(f"{rate} is not a number of records")
    return rate


def _topic(_ctx: click.Context, _parameter: click.Parameter, topic: str) -> str:
    if {"+", "#"} & set(topic.split("/")):
        raise click.BadParameter("records come from a topic without + and #")
    return topic


@click.command(short_help="Run a job over a file, on this machine.")
@click.argument("job", type=click.Path(path_type=Path, readable=False))
@click.option(
    "--input",
    "sources",
    multiple=True,
    default=[STDIN],
    metavar="FILE",
    help="What to read, one after the other; - or left out: standard input.",
)
@click.option(
    "--once/--follow", default=True, help="Stop at the end of the input (the default), or wait for what is appended."
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    callback=_rate,
    metavar="N",
    help="Let N records in a second.",
)
@click.option(
    "--at",
    callback=_moment,
    metavar="TIME",
    help="Virtual time: records arrive at this RFC 3339 time, with --rate one after the other; nothing waits.",
)
@click.option(
    "--output-dir",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write OUTPUT.ndjson for each output (OUTPUT.txt where it has a `line`) and dead_letters.ndjson here.",
)
@click.option("--only", default="", metavar="OUTPUT", help="Print the records of this output only.")
@click.option("--tap", default="", metavar="STAGE", help="Print the records that this step or route.branch passes on.")
@click.option("--topic", callback=_topic, default="", metavar="TOPIC", help="The MQTT topic that records come from.")
@click.option("--topics", is_flag=True, help="Each line begins with its topic and a blank, as of `mosquitto_sub -v`.")
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
    sources: tuple[str, ...],
    once: bool,
    rate: float | None,
    at: int | None,
    folder: Path | None,
    only: str,
    tap: str,
    topic: str,
    topics: bool,
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
      edge-orch run jobs/log_severity.yaml --input app.log --follow --tap errors
      mosquitto_sub -v -t 'gas/#' | edge-orch run gas.yaml --topics
      edge-orch run jobs/press_temperature.yaml --input press.log --at 2026-01-01T00:00:00Z --rate 10
    """
    if at is not None and not once:
        raise click.UsageError("--at is virtual time, in which nothing is waited for: leave out --follow")
    if only and tap:
        raise click.UsageError("--only and --tap each choose what is printed: give one of them")
    if topic and topics:
        raise click.UsageError("--topic is one for all, --topics takes each from its line: give one of them")
    if not once and (len(sources) > 1 or STDIN in sources):
        raise click.UsageError("--follow needs one --input FILE; standard input is read until it ends anyway")
    plan = compile_file(job)
    from edge_orch.cli.pace import Pace  # noqa: PLC0415 -- the engine, which `--help` and mistakes must not wait for
    from edge_orch.cli.run_job import run_job  # noqa: PLC0415

    run_job(
        plan,
        sources=sources,
        follow=not once,
        pace=Pace(rate, at),
        folder=folder,
        only=only,
        tap=tap,
        topic=None if topics else topic,
        labels=labels,
        params=params,
        as_json=form == "json",
    )
