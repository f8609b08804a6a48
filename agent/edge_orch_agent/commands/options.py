"""What these commands share: the data folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def local_folder(what: str) -> Callable[[Command], Command]:
    """The option `--local`, told in these words."""
    return click.option(
        "--local",
        "folder",
        type=click.Path(path_type=Path, file_okay=False, readable=False),
        required=True,
        envvar="EDGE_ORCH_LOCAL",
        metavar="DIR",
        help=f"{what}  [env: EDGE_ORCH_LOCAL]",
    )


local = local_folder("The agent's data folder, whether it runs or not.")
