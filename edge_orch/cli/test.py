"""`edge-orch test`: the tests that stand beside job files."""

# ruff: noqa: PLC0415 (help must not wait for what only a run needs)

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
import msgspec

from edge_orch.cli.inputs import chunks, open_input
from edge_orch.cli.jobfile import compile_file, read_job_file, yaml_files
from edge_orch.cli.options import printed
from edge_orch.cli.render import Output, show, table
from edge_orch.errors import ExitCode, Invalid, Location, Problem, StorageError

if TYPE_CHECKING:
    from edge_orch.jobtest.coverage import JobCoverage, Way
    from edge_orch.spec.leaves import Text

SUFFIX = ".test.yaml"

T = TypeVar("T")


class CaseVerdict(msgspec.Struct, omit_defaults=True):
    """How one case went, where it stands, and how long it took."""

    name: str
    passed: bool
    problems: tuple[Problem, ...] = ()
    where: Location | None = None
    seconds: float = 0.0


class FileVerdict(msgspec.Struct, omit_defaults=True):
    """How the cases of one file went; `problems` are those of the file itself or of its job.

    `coverage`: what they go through in the job, if that was asked for.
    """

    file: str
    cases: tuple[CaseVerdict, ...] = ()
    problems: tuple[Problem, ...] = ()
    coverage: JobCoverage | None = None


@click.command(short_help="Run the tests that stand beside job files, in virtual time.")
@click.argument("paths", type=click.Path(path_type=Path, readable=False), nargs=-1, metavar="[PATH...]")
@click.option("--coverage", is_flag=True, help="Show which steps and branches of the jobs no test goes through.")
@click.option(
    "--junit", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a JUnit XML report as well."
)
@printed
@click.pass_context
def test(ctx: click.Context, paths: tuple[Path, ...], coverage: bool, junit: Path | None, output: Output) -> None:
    """Run the tests that stand beside job files, in virtual time.

    PATH is a job file, a test file or a folder; left out, all below the current folder. The tests of `name.yaml` are
    in `name.test.yaml`. Exit code 1 if any fails, 3 if a file is wrong.

    A branch is: passed or filtered, a branch of a route, an arm of a CASE, a dead letter, an episode that opens or
    resolves.

    \b
    Examples:
      edge-orch test
      edge-orch test jobs/press_temperature.yaml --coverage
      edge-orch test --junit report.xml
    """
    verdicts = [judge(file, with_coverage=coverage) for file in find_tests(paths or (Path(),))]
    if junit is not None:
        _write_report(junit, verdicts)
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
            files = yaml_files(path, SUFFIX)
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


def judge(file: Path, *, with_coverage: bool = False) -> FileVerdict:
    """Run all cases of a test file; for the coverage, those that fit the job, once more."""
    from edge_orch.jobtest.case import read_cases

    job = file.with_name(file.name.removesuffix(SUFFIX) + ".yaml")
    problems: list[Problem] = []
    plan = _attempt(lambda: compile_file(job), problems)
    cases = _attempt(lambda: read_cases(read_job_file(file), str(file)), problems)
    if plan is None or cases is None:
        return FileVerdict(str(file), problems=tuple(problems))
    from edge_orch.jobtest.lines import whole_lines  # only now: a mistake needs no engine
    from edge_orch.jobtest.runner import run_case

    def lines_of(name: Text) -> Iterator[bytes]:
        with open_input(str(file.parent / name.value), name.where) as source:
            yield from whole_lines(chunks(source))

    verdicts = []
    fitting = []
    for case in cases:
        began = time.perf_counter()
        try:
            unlike = tuple(run_case(plan, case, lines_of))
            fitting.append(case)
        except Invalid as error:
            unlike = error.problems
        seconds = time.perf_counter() - began
        verdicts.append(CaseVerdict(case.body.name.value, not unlike, unlike, case.where, seconds))
    covered = None
    if with_coverage:
        from edge_orch.jobtest.coverage import coverage

        covered = coverage(plan, fitting, lines_of)
    return FileVerdict(str(file), tuple(verdicts), coverage=covered)


def _attempt(make: Callable[[], T], problems: list[Problem]) -> T | None:
    try:
        return make()
    except Invalid as error:
        problems.extend(error.problems)
        return None


def _write_report(path: Path, verdicts: list[FileVerdict]) -> None:
    from edge_orch.cli.junit import junit_xml

    try:
        path.write_bytes(junit_xml(verdicts))
    except OSError as error:
        raise StorageError(Problem(f"cannot write the report {path}", found=error.strerror or str(error))) from None


def _text(verdicts: list[FileVerdict]) -> Iterator[str]:
    for verdict in verdicts:
        yield verdict.file
        for problem in verdict.problems:
            yield _indented(problem, 2)
        for case in verdict.cases:
            yield f"  {click.style('ok  ', fg='green') if case.passed else click.style('FAIL', fg='red')}  {case.name}"
            for problem in case.problems:
                yield _indented(problem, 8)
        if verdict.coverage is not None:
            yield _indented(_coverage(verdict.coverage), 2)
    cases = [case for verdict in verdicts for case in verdict.cases]
    failed = sum(not case.passed for case in cases)
    broken = sum(bool(verdict.problems) for verdict in verdicts)
    count = f"{len(cases)} test{'' if len(cases) == 1 else 's'}"
    unread = f"; {broken} file{'' if broken == 1 else 's'} could not be read" if broken else ""
    yield f"{count}: {len(cases) - failed} passed, {failed} failed{unread}"


def _coverage(covered: JobCoverage) -> str:
    rows = [
        (step.step, step.kind, step.entered, _share(step.ways), ", ".join(step.missed) or "-") for step in covered.steps
    ]
    shown = table(["step", "kind", "records", "branches", "never taken"], rows)
    return f"{shown}\ncoverage of {covered.job}: {covered.taken} of {covered.all}"


def _share(ways: tuple[Way, ...]) -> str:
    return f"{sum(bool(way.hits) for way in ways)}/{len(ways)}" if ways else "-"


def _indented(problem: Problem | str, by: int) -> str:
    return "\n".join(" " * by + line for line in str(problem).splitlines())
