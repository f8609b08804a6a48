"""Options of `edge-orch agent run` from a TOML file: the same names and values; what the command line says wins."""

from __future__ import annotations

from pathlib import Path

import click


def read_config(context: click.Context, _parameter: click.Parameter, path: Path | None) -> Path | None:
    """Take the file's values as defaults. Raises `Invalid` for what is no TOML, or no option."""
    if path is not None:
        import tomllib  # noqa: PLC0415 (help must not wait for it)

        from edge_orch.errors import Invalid, Problem  # noqa: PLC0415 (as above)

        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise Invalid(Problem(f"cannot read {path}", expected="a file of TOML", found=str(error))) from error
        options = {option.name: option for option in context.command.params if option.name not in ("config", None)}
        known = {str(name).replace("_", "-"): str(name) for name in options}
        for name, value in values.items():
            if name not in known or not isinstance(value, str):
                wanted = f"{name} = a string" if name in known else "one of: " + ", ".join(known)
                found = f"{name} = {value!r}"
                raise Invalid(Problem(f"{path}: not an option of edge-orch agent run", expected=wanted, found=found))
        context.default_map = {known[name]: value for name, value in values.items()}
    return path
