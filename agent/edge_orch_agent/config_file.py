"""Options of `edge-orch agent run` from a TOML file: the same names and values; what the command line says wins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from edge_orch.errors import Problem


def read_config(context: click.Context, _parameter: click.Parameter, path: Path | None) -> Path | None:
    """Take the file's values as defaults. Raises `Invalid` for what is no TOML, and for all that is no option."""
    if path is not None:
        from edge_orch.errors import Invalid  # noqa: PLC0415 (help must not wait for it)

        text = _text_of(path)
        values = _parsed(path, text)
        options = [option for option in context.command.params if option.name not in ("config", None)]
        known = {str(option.name).replace("_", "-"): option for option in options}
        problems = [_problem(path, text, name, value, known) for name, value in values.items()]
        if any(problems):
            raise Invalid(*filter(None, problems))
        context.default_map = {str(known[name].name): str(value) for name, value in values.items()}
    return path


def _text_of(path: Path) -> str:
    from edge_orch.errors import Invalid, Problem  # noqa: PLC0415 (as above)

    try:
        return path.read_text("utf-8")
    except OSError as error:
        found = error.strerror or str(error)
        raise Invalid(Problem(f"cannot read {path}", None, "a file of TOML", found, "check the path")) from None
    except UnicodeDecodeError:
        raise Invalid(Problem(f"{path} is not UTF-8", next_step="save the file as UTF-8")) from None


def _parsed(path: Path, text: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 (as above)

    from edge_orch.errors import Invalid, Location, Problem  # noqa: PLC0415

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).partition(" (at ")
        at = re.match(r"line (\d+), column (\d+)", place)
        where = Location(str(path), int(at[1]), int(at[2])) if at else Location(str(path), text.count("\n") + 1, 1)
        what = f"not valid TOML: {reason[:1].lower()}{reason[1:]}"
        raise Invalid(Problem(what, where, 'lines like bus = "mqtt://127.0.0.1:1883"')) from None


def _problem(path: Path, text: str, name: str, value: object, known: Mapping[str, click.Parameter]) -> Problem | None:
    """What is wrong with one entry of the file, at its line."""
    from edge_orch.errors import Location, Problem  # noqa: PLC0415 (as above)
    from edge_orch.spec.words import did_you_mean, names  # noqa: PLC0415

    lines = text.splitlines()
    place = next((n for n, line in enumerate(lines, 1) if re.match(rf"\s*\[*[\"']?{re.escape(name)}\b", line)), 1)
    column = len(lines[place - 1]) - len(lines[place - 1].lstrip()) + 1
    where = Location(str(path), place, column)
    if name not in known:
        near = did_you_mean(name.replace("_", "-"), known, "`edge-orch agent run --help` shows them all")
        return Problem(f"unknown option `{name}`", where, f"one of: {names(known)}", "", near)
    if isinstance(value, str) or (type(value) is int and known[name].metavar == "N"):
        return None
    found = "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else str(value).lower()
    return Problem(f"wrong type for `{name}`", where, "a string: text in quotes", found)
