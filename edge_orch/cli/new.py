"""`edge-orch new`: a job and its tests, begun from a ready one."""

# ruff: noqa: PLC0415 (help must not wait for what only the command needs)

from __future__ import annotations

import re
from pathlib import Path

import click
import msgspec

from edge_orch.cli.options import printed
from edge_orch.cli.render import Output, show, table
from edge_orch.errors import Invalid, Problem, StorageError


class Begun(msgspec.Struct, frozen=True):
    """The files that were written."""

    job: str
    files: tuple[str, ...]


class Listed(msgspec.Struct, frozen=True):
    """A template and what it is for."""

    name: str
    about: str


def _names(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    from edge_orch.cli.templates import templates

    return [one.name for one in templates() if one.name.startswith(begun)]


@click.command(short_help="Begin a job and its tests from a ready one.")
@click.argument("template", required=False, shell_complete=_names)
@click.argument("name", required=False)
@click.option("--list", "listed", is_flag=True, help="List the templates.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DIR",
    help="Where to write; left out: here.",
)
@printed
def new(template: str | None, name: str | None, listed: bool, folder: Path, output: Output) -> None:
    """Begin a job and its tests from a ready one.

    Writes NAME.yaml and NAME.test.yaml (and the files that they read); without a NAME, under that of the template.
    A file that is there already is never overwritten.

    \b
    Examples:
      edge-orch new --list
      edge-orch new press-temperature oven-temperature
    """
    from edge_orch.cli.templates import files_of, templates
    from edge_orch.cli.templates import template as find

    if listed or template is None:
        found = [Listed(one.name, one.about) for one in templates()]
        rows = [(one.name, one.about) for one in found]
        show(found, output, lambda: table(["template", "what it does"], rows))
        return
    one = find(template)
    name = name or one.name
    _check(name)
    made = files_of(one, name)
    written = _write(folder, made)
    view = Begun(name, tuple(map(str, written)))
    show(view, output, lambda: "\n".join([*map(str, written), f"next: edge-orch test {folder}"]))


def _check(name: str) -> None:
    from edge_orch.spec.leaves import JobName

    if not re.fullmatch(JobName.pattern, name):
        raise Invalid(Problem("not the name of a job", None, JobName.rule, repr(name)))


def _write(folder: Path, made: dict[str, bytes]) -> list[Path]:
    """Write all files or, if one is there already or cannot be written, none."""
    paths = [folder / name for name in made]
    there = [path for path in paths if path.exists()]
    if there:
        next_step = "choose another name, or another --dir"
        raise Invalid(*(Problem(f"{path} is there already", next_step=next_step) for path in there))
    begun: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in zip(paths, made.values(), strict=True):
            with path.open("xb") as file:
                begun.append(path)
                file.write(content)
    except OSError as error:
        for path in begun:
            path.unlink(missing_ok=True)
        raise StorageError(Problem(f"cannot write into {folder}", found=error.strerror or str(error))) from None
    return paths
