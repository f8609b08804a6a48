"""`edge-orch test`: the tests that stand beside job files."""

# ruff: noqa: PLC0415 (help must not wait for what only a run needs)

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from edge_orch.cli.inputs import chunks, open_input
from edge_orch.cli.jobfile import compile_file, read_job_file
from edge_orch.cli.options import printed
from edge_orch.cli.render import Output, show
from edge_orch.errors import ExitCode, Invalid, Problem

if TYPE_CHECKING:
    from edge_orch.spec.leaves import Text

SUFFIX = ".test.yaml"


class CaseVerdict(msgspec.Struct, omit_defaults=True):
    """How one case went."""

    name: str
    passed: bool
    problems: tuple[Problem, ...] = ()


class FileVerdict(msgspec.Struct, omit_defaults=True):
    """How the cases of one file went; `problems` are those of the file itself or of its job."""

    file: str
    cases: tuple[CaseVerdict, ...] = ()
    problems: tuple[Problem, ...] = ()


@click.command(short_help="Run the tests that stand beside job files, in virtual time.")
@click.argument("paths", type=click.Path(path_type=Path, readable=False), nargs=-1, metavar="[PATH...]")
@printed
@click.pass_context
def test(ctx: click.Context, paths: tuple[Path, ...], output: Output) -> None:
    """Run the tests that stand beside job files, in virtual time.

    PATH is a job file, a test file or a folder; left out, all below the current folder. The tests of `name.yaml` are
    in `name.test.yaml`. Exit code 1 if any fails, 3 if a file is wrong.

    \b
    Examples:
      edge-orch test
      edge-orch test jobs/press_temperature.yaml
    """
    verdicts = [judge(file) for file in find_tests(paths or (Path(),))]
    show(verdicts, output, lambda: "\n".join(_text(verdicts)))
    if any(verdict.problems for verdict in verdicts):
        ctx.exit(ExitCode.INVALID)
    if not all(case.passed for verdict in verdicts for case in verdict.cases):
        ctx.exit(ExitCode.FAILED)


def find_tests(paths: Iterable[Path]) -> list[Path]:
    """The test files that the paths mean. Raises `Invalid` for a path that means none."""
    found: list[Path] = []
    problems = []
    for path in paths:
        if path.is_dir():
            files = [file for file in sorted(path.rglob(f"*{SUFFIX}")) if not _hidden(file.relative_to(path))]
        else:
            file = path if path.name.endswith(SUFFIX) else path.with_suffix(SUFFIX)
            files = [file] if file.is_file() else []
        if not files:
            next_step = f"write them into NAME{SUFFIX} beside NAME.yaml"
            problems.append(Problem(f"no tests at {path}", next_step=next_step))
        found += files
    if problems:
        raise Invalid(*problems)
    return list(dict.fromkeys(found))


def judge(file: Path) -> FileVerdict:
    """Run all cases of a test file."""
    from edge_orch.jobtest.case import read_cases
    from edge_orch.jobtest.lines import whole_lines
    from edge_orch.jobtest.runner import run_case

    job = file.with_name(file.name.removesuffix(SUFFIX) + ".yaml")
    try:
        plan = compile_file(job)
        cases = read_cases(read_job_file(file), str(file))
    except Invalid as error:
        return FileVerdict(str(file), problems=error.problems)

    def lines_of(name: Text) -> Iterator[bytes]:
        with open_input(str(file.parent / name.value), name.where) as source:
            yield from whole_lines(chunks(source))

    verdicts = []
    for case in cases:
        try:
            problems = tuple(run_case(plan, case, lines_of))
        except Invalid as error:
            problems = error.problems
        verdicts.append(CaseVerdict(case.body.name.value, not problems, problems))
    return FileVerdict(str(file), tuple(verdicts))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _text(verdicts: list[FileVerdict]) -> Iterator[str]:
    for verdict in verdicts:
        yield verdict.file
        for problem in verdict.problems:
            yield _indented(problem, 2)
        for case in verdict.cases:
            yield f"  {click.style('ok  ', fg='green') if case.passed else click.style('FAIL', fg='red')}  {case.name}"
            for problem in case.problems:
                yield _indented(problem, 8)
    cases = [case for verdict in verdicts for case in verdict.cases]
    failed = sum(not case.passed for case in cases)
    broken = sum(bool(verdict.problems) for verdict in verdicts)
    yield f"{len(cases)} tests: {len(cases) - failed} passed, {failed} failed" + (
        f"; {broken} files could not be read" if broken else ""
    )


def _indented(problem: Problem, by: int) -> str:
    return "\n".join(" " * by + line for line in str(problem).splitlines())
