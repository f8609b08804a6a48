"""Options that commands share: whom to ask, and how to print."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from edge_orch.cli.render import Output
from edge_orch.errors import Invalid, Problem, StorageError
from edge_orch.time import parse_duration

if TYPE_CHECKING:
    from edge_orch.cli.client import Client

DEFAULT_CONTROLLER = "http://127.0.0.1:8420"

Function = TypeVar("Function", bound=Callable[..., Any])


def connected(function: Function) -> Function:
    """Add --controller and --local; the function gets `client`."""

    def connect(ctx: click.Context, _parameter: click.Parameter, local: Path | None) -> Client:
        from edge_orch.cli.client import Client  # noqa: PLC0415 -- HTTP takes 30 ms to import, which `--help` need not

        return Client(ctx.params.pop("controller"), token="" if local else token(), local=local)

    option = click.option(
        "--local",
        "client",
        type=click.Path(path_type=Path, file_okay=False, readable=False),
        envvar="EDGE_ORCH_LOCAL",
        callback=connect,
        metavar="DIR",
        help="Ask the agent with this data folder, on this machine; works with no network.  [env: EDGE_ORCH_LOCAL]",
    )
    return click.option(
        "--controller",
        envvar="EDGE_ORCH_CONTROLLER",
        default=DEFAULT_CONTROLLER,
        is_eager=True,
        metavar="URL",
        help=f"Where the controller is.  [env: EDGE_ORCH_CONTROLLER; default: {DEFAULT_CONTROLLER}]",
    )(option(function))


def printed(function: Function) -> Function:
    """Add -o/--output; the function gets `output`."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice([choice.value for choice in Output]),
        default=Output.TABLE.value,
        callback=lambda _ctx, _parameter, choice: Output(choice),
        help="A table for people, or JSON for programs.",
    )(function)


def duration(_ctx: click.Context, parameter: click.Parameter, text: str | None) -> int | None:
    """A click callback: `5m` → microseconds, None stays None. Raises `Invalid` that names the option."""
    try:
        return None if text is None else parse_duration(text)
    except Invalid as error:
        from msgspec.structs import replace  # noqa: PLC0415 -- who writes durations rightly need not wait

        from edge_orch.spec.amounts import duration_meant  # noqa: PLC0415

        (problem,) = error.problems
        what = f"{problem.what} for {parameter.opts[-1]}"
        raise Invalid(replace(problem, what=what, next_step=duration_meant(text or ""))) from None


def assigned(texts: Iterable[str], option: str) -> dict[str, str]:
    """`NAME=VALUE` texts of a repeated option. Raises `Invalid` for one that is not of this form."""
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise Invalid(Problem(f"{option} needs a name and a value", expected="NAME=VALUE", found=repr(text)))
        pairs[name] = value
    return pairs


def parse_value(text: str) -> bool | int | float | str:
    """`92` → 92, `92.5` → 92.5, `true` → True, `"92"` in quotes and anything else → text."""
    try:
        return msgspec.json.decode(text, type=bool | int | float | str)
    except msgspec.MsgspecError:
        return text


def token() -> str:
    """The credential from the environment, or empty. Never from the command line, which every process can read."""
    if direct := os.environ.get("EDGE_ORCH_TOKEN"):
        return _checked(direct, "EDGE_ORCH_TOKEN")
    file = os.environ.get("EDGE_ORCH_TOKEN_FILE")
    if not file:
        return ""
    try:
        return _checked(Path(file).read_text("ascii", "replace"), file)
    except OSError as error:
        raise StorageError(
            Problem(
                f"cannot read the token file {file}",
                found=error.strerror or str(error),
                next_step="mend EDGE_ORCH_TOKEN_FILE, or set EDGE_ORCH_TOKEN",
            )
        ) from error


def _checked(text: str, where: str) -> str:
    """The token, once it is sure that it can travel in a header. What is none is not repeated: it may be a secret."""
    found = text.strip()
    if not re.fullmatch("[!-~]*", found):
        raise Invalid(
            Problem(
                f"{where} holds no token",
                expected="one word, as `edge-orch token create` prints it",
                next_step="mend EDGE_ORCH_TOKEN or EDGE_ORCH_TOKEN_FILE",
            )
        )
    return found


def agent_needed(agent: str, client: Client) -> None:
    """Raises `Invalid` unless it is clear which agent is meant."""
    if not agent and not client.is_local:
        raise Invalid(
            Problem("which agent?", expected="--agent NAME, or --local DIR", next_step="edge-orch get agents")
        )


def parameter_name(text: str) -> tuple[str, str]:
    """`JOB.PARAM` → job and parameter. Raises `Invalid`."""
    job, dot, param = text.rpartition(".")
    if not (dot and job and param):
        raise Invalid(Problem("not a parameter", expected="JOB.PARAM, like press-temperature.hot_c", found=repr(text)))
    return job, param
