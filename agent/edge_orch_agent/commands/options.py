"""What these commands share: the data folder."""

from __future__ import annotations

from pathlib import Path

import click

local = click.option(
    "--local",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, readable=False),
    required=True,
    envvar="EDGE_ORCH_LOCAL",
    metavar="DIR",
    help="The agent's data folder, whether it runs or not.  [env: EDGE_ORCH_LOCAL]",
)
