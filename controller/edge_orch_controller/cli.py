"""`edge-orch controller`: serve the controller."""

# ruff: noqa: PLC0415 (help must not wait for what only a run needs)
from __future__ import annotations

from pathlib import Path

import click


@click.group(short_help="Serve the controller.")
def controller() -> None:
    """Serve the controller.

    \b
    Example:
      edge-orch controller serve --data ./controller
    """


@controller.command(short_help="Serve the API and the agents until SIGTERM or Ctrl-C.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, readable=False),
    default=Path("edge-orch-controller"),
    show_default=True,
    envvar="EDGE_ORCH_CONTROLLER_DATA",
    metavar="DIR",
    help="The controller's data folder; made if need be.  [env: EDGE_ORCH_CONTROLLER_DATA]",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to serve on; this machine's only.")
@click.option("--port", type=click.IntRange(0, 65535), default=8420, show_default=True, help="0 takes any free port.")
@click.option("--mqtt", metavar="URL", help="Let agents come through this broker, too: mqtt://HOST:PORT.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    help="How much to log, to stderr.",
)
def serve(*, data: Path, host: str, port: int, mqtt: str | None, log_level: str) -> None:
    """Serve the API and the agents until SIGTERM or Ctrl-C.

    The first start makes the data folder with a key, a database and an admin's token. When the controller answers, it
    prints one line that makes a shell talk to it.

    \b
    Examples:
      edge-orch controller serve
      edge-orch controller serve --data /var/lib/edge-orch-controller --mqtt mqtt://127.0.0.1:1883
    """
    import logging
    import shlex

    from edge_orch_controller.data_folder import ControllerFolder
    from edge_orch_controller.links.mqtt import Broker
    from edge_orch_controller.runtime import ServeOptions
    from edge_orch_controller.runtime import serve as run

    if mqtt is not None:
        Broker.parse(mqtt)  # wrong ones are told before anything is made
    logging.basicConfig(level=log_level.upper(), format="%(asctime)s %(levelname)s %(message)s")
    folder = ControllerFolder(data)

    def ready(address: str) -> None:
        token_file = shlex.quote(str(folder.admin_token.resolve()))
        click.echo(f"ready: export EDGE_ORCH_CONTROLLER={address} EDGE_ORCH_TOKEN_FILE={token_file}")

    run(folder, ServeOptions(host, port, mqtt), ready)
