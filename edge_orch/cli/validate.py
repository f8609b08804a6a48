"""`edge-orch validate`: are these job files sound?"""

# ruff: noqa: PLC0415 (help must not wait for what only a run needs)

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from edge_orch.cli.jobfile import assets_beside, read_job_file, yaml_files
from edge_orch.cli.options import assigned, duration, printed
from edge_orch.cli.reaching import Reached
from edge_orch.cli.render import Output, show
from edge_orch.errors import ExitCode, Invalid, Problem

if TYPE_CHECKING:
    from edge_orch.plan.plan import Plan

TEST_SUFFIX = ".test.yaml"


class Verdict(msgspec.Struct, omit_defaults=True):
    """What was found out about one file; `job` and `digest` only of a valid job; `reached` only with --connect.

    `warnings`: what goes nowhere in a valid job, and what nothing names. `tests`: how many cases are in it, if it holds
    the tests of a job.
    """

    file: str
    valid: bool
    job: str = ""
    digest: str = ""
    problems: tuple[Problem, ...] = ()
    reached: tuple[Reached, ...] = ()
    tests: int | None = None
    warnings: tuple[Problem, ...] = ()


@click.command(short_help="Check job files and show every problem with its place.")
@click.argument(
    "files",
    type=click.Path(path_type=Path, readable=False, allow_dash=True),
    nargs=-1,
    required=True,
    metavar="FILE...",
)
@click.option("--connect", is_flag=True, help="Also try whether sources and sinks can be reached from here.")
@click.option("--bus", metavar="URL", help="With --connect: the bus that the device would have, mqtt://HOST:PORT.")
@click.option("--device-label", "labels", multiple=True, metavar="KEY=VALUE", help="With --connect: a label of it.")
@click.option(
    "--timeout", "timeout_us", default="3s", callback=duration, metavar="DURATION", help="With --connect: for each."
)
@printed
@click.pass_context
def validate(
    ctx: click.Context,
    *,
    files: tuple[Path, ...],
    connect: bool,
    bus: str | None,
    labels: tuple[str, ...],
    timeout_us: int,
    output: Output,
) -> None:
    """Check job files and show every problem with its place.

    Needs no controller and no network. Exit code 3 if any file is wrong. A folder stands for all .yaml files in it and
    below, - for standard input. Of the tests of a job, NAME.test.yaml, the form is checked; `edge-orch test` runs them.

    With --connect a connection to each source and sink is opened and closed again; nothing is sent to them and no
    credential is used. What a source listens on is bound for a moment. Exit code 4 if any cannot be reached.

    \b
    Examples:
      edge-orch validate jobs
      edge-orch validate -o json jobs/press_temperature.yaml
      edge-orch validate --connect --bus mqtt://127.0.0.1:1883 --device-label site=austin jobs/press_temperature.yaml
    """
    if not connect and (bus or labels):
        raise click.UsageError("--bus and --device-label go with --connect: without it nothing is tried")
    attempt = _attempt(bus, labels, timeout_us) if connect else None
    found = [each for file in files for each in yaml_files(file) or [file]]
    verdicts = [_judge_tests(file) if file.name.endswith(TEST_SUFFIX) else _judge(file, attempt) for file in found]
    show(verdicts, output, lambda: "\n".join(map(_text, verdicts)))
    if not all(verdict.valid for verdict in verdicts):
        ctx.exit(ExitCode.INVALID)
    if any(one.problem for verdict in verdicts for one in verdict.reached):
        ctx.exit(ExitCode.UNAVAILABLE)


Attempt = Callable[["Plan"], list[Reached]]


def _attempt(bus: str | None, labels: tuple[str, ...], timeout_us: int) -> Attempt:
    from edge_orch.cli.reaching import Surroundings, try_all

    surroundings = Surroundings(bus, assigned(labels, "--device-label"), timeout_us / 1e6)
    attempt = try_all()
    return lambda plan: attempt(plan, surroundings)


def _judge(file: Path, attempt: Attempt | None) -> Verdict:
    from edge_orch.spec.job import read_job

    try:
        job = read_job(read_job_file(file), str(file))
        from edge_orch.compile.job import compile_spec  # only now: a misspelt key needs no SQL

        plan = compile_spec(job, assets_beside(file))
    except Invalid as error:
        return Verdict(str(file), False, problems=error.problems)
    from edge_orch.compile.unread import unread
    from edge_orch.plan.plan import digest, encode_plan

    reached = tuple(attempt(plan)) if attempt else ()
    return Verdict(str(file), True, plan.name, digest(encode_plan(plan)), reached=reached, warnings=unread(job, plan))


def _judge_tests(file: Path) -> Verdict:
    from edge_orch.jobtest.case import read_cases

    try:
        cases = read_cases(read_job_file(file), str(file))
    except Invalid as error:
        return Verdict(str(file), False, problems=error.problems)
    return Verdict(str(file), True, tests=len(cases))


def _text(verdict: Verdict) -> str:
    if verdict.valid and verdict.tests is not None:
        cases = f"{verdict.tests} case{'' if verdict.tests == 1 else 's'}"
        return f"{verdict.file}: {click.style('valid', fg='green')} ({cases}, for `edge-orch test`)"
    if verdict.valid:
        valid = f"{verdict.file}: {click.style('valid', fg='green')} ({verdict.job}, {verdict.digest[:19]})"
        return "\n".join([valid, *map(_warning, verdict.warnings), *map(_reached, verdict.reached)])
    count = len(verdict.problems)
    title = click.style(f"{count} problem{'s' if count > 1 else ''}", fg="red")
    return "\n".join([f"{verdict.file}: {title}", *(str(problem) for problem in verdict.problems)])


def _warning(problem: Problem) -> str:
    lines = str(problem).replace("\n", "\n  ")
    return f"  {click.style('warning', fg='yellow')}: {lines}"


def _reached(one: Reached) -> str:
    state = click.style("cannot be reached", fg="red") if one.problem else click.style("reached", fg="green")
    tried = f" {one.tried}" if one.tried else ""
    return f"  {one.name} ({one.kind}){tried}: {state}{f': {one.problem}' if one.problem else ''}"
