"""`edge-orch validate`: are these job files sound?"""

# ruff: noqa: PLC0415 (help must not wait for what only a run needs)

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from edge_orch.cli.jobfile import compile_file
from edge_orch.cli.options import printed
from edge_orch.cli.render import Output, show
from edge_orch.errors import ExitCode, Invalid, Problem

TEST_SUFFIX = ".test.yaml"


class Verdict(msgspec.Struct, omit_defaults=True):
    """What was found out about one file; `job` and `digest` only if it is valid."""

    file: str
    valid: bool
    job: str = ""
    digest: str = ""
    problems: tuple[Problem, ...] = ()


@click.command(short_help="Check job files and show every problem with its place.")
@click.argument("files", type=click.Path(path_type=Path, readable=False), nargs=-1, required=True, metavar="FILE...")
@printed
@click.pass_context
def validate(ctx: click.Context, files: tuple[Path, ...], output: Output) -> None:
    """Check job files and show every problem with its place.

    Needs no controller and no network. Exit code 3 if any file is wrong.

    \b
    Examples:
      edge-orch validate jobs/*.yaml
      edge-orch validate -o json jobs/press_temperature.yaml
    """
    for file in files:
        if file.name.endswith(TEST_SUFFIX):
            click.echo(f"{file}: left out: a test, which `edge-orch test` checks", err=True)
    verdicts = [_judge(file) for file in files if not file.name.endswith(TEST_SUFFIX)]
    show(verdicts, output, lambda: "\n".join(map(_text, verdicts)))
    if not all(verdict.valid for verdict in verdicts):
        ctx.exit(ExitCode.INVALID)


def _judge(file: Path) -> Verdict:
    try:
        plan = compile_file(file)
    except Invalid as error:
        return Verdict(str(file), False, problems=error.problems)
    from edge_orch.plan.plan import digest, encode_plan

    return Verdict(str(file), True, plan.name, digest(encode_plan(plan)))


def _text(verdict: Verdict) -> str:
    if verdict.valid:
        return f"{verdict.file}: {click.style('valid', fg='green')} ({verdict.job}, {verdict.digest[:19]})"
    count = len(verdict.problems)
    title = click.style(f"{count} problem{'s' if count > 1 else ''}", fg="red")
    return "\n".join([f"{verdict.file}: {title}", *(str(problem) for problem in verdict.problems)])
