"""`edge-orch agent`: enrol and run an agent on this machine."""

# ruff: noqa: PLC0415 (help must not wait for what only a run needs)
from __future__ import annotations

from pathlib import Path

import click

from edge_orch_agent.config_file import read_config


@click.group()
def agent() -> None:
    """Enrol and run an agent on this machine.

    \b
    Example:
      edge-orch agent run --data ./press-1 --controller http://127.0.0.1:8420 --token TOKEN --name press-1
    """


_data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, readable=False),
    required=True,
    envvar="EDGE_ORCH_DATA",
    metavar="DIR",
    help="The agent's data folder; made if need be.  [env: EDGE_ORCH_DATA]",
)
_JOIN_TOKEN = "A join token, from `edge-orch token create`.  [env: EDGE_ORCH_JOIN_TOKEN]"  # noqa: S105


@agent.command()
@click.option("--controller", required=True, envvar="EDGE_ORCH_CONTROLLER", metavar="URL", help="Where to enrol.")
@click.option("--token", required=True, envvar="EDGE_ORCH_JOIN_TOKEN", help=_JOIN_TOKEN)
@click.option("--name", required=True, help="The agent's name, unique in the fleet.")
@click.option("--again", is_flag=True, help="With a new key, for what is there; the token says --replace.")
@_data
def enroll(*, controller: str, token: str, name: str, again: bool, data: Path) -> None:
    """Make a key on this device and enrol it with a join token.

    \b
    Examples:
      edge-orch agent enroll --controller http://127.0.0.1:8420 --token TOKEN --data ./press-1 --name press-1
      edge-orch agent enroll --again --controller http://127.0.0.1:8420 --token TOKEN --data ./press-1 --name press-1
    """
    from edge_orch.errors import Invalid, Problem
    from edge_orch_agent.data_folder import AgentFolder
    from edge_orch_agent.enroll import enroll as enroll_at
    from edge_orch_agent.enroll import enroll_again

    folder = AgentFolder(data)
    with folder.locked():
        known = folder.enrolment()
        if again and (known is None or known.agent != name):
            found = f"agent {known.agent}" if known else "nothing enrolled"
            raise Invalid(Problem(f"{data} is not agent {name}'s", found=found, next_step="leave --again out"))
        if known is not None and not again:
            raise Invalid(
                Problem(
                    f"{data} is enrolled already",
                    found=f"agent {known.agent} of {known.controller}",
                    next_step="edge-orch agent run, or another folder with --data",
                )
            )
        enrolment = (enroll_again if again else enroll_at)(folder, controller, token, name)
    labels = ", ".join(f"{key}={value}" for key, value in sorted(enrolment.labels.items())) or "none"
    click.echo(f"agent {enrolment.agent} enrolled at {controller}; labels: {labels}")


@agent.command()
@_data
@click.option("--bus", envvar="EDGE_ORCH_BUS", metavar="URL", help="The plant's broker: mqtt://HOST:PORT.")
@click.option(
    "--link",
    default="websocket",
    show_default=True,
    metavar="websocket|URL",
    help="How to reach the controller: its own WebSocket, or a broker, mqtt://HOST:PORT.",
)
@click.option(
    "--link-retry",
    default="30s",
    show_default=True,
    metavar="DURATION",
    help="Wait at most this long, with jitter, between attempts to reach the controller.",
)
@click.option("--commit-interval", metavar="DURATION", help="Gather work at most this long.  [default: 1s]")
@click.option("--commit-size", metavar="SIZE", help="Commit when this much was read.  [default: 2MiB]")
@click.option("--commit-records", metavar="N", help="Commit when this many messages wait for it.  [default: 4096]")
@click.option(
    "--flash-budget", metavar="SIZE", help="Raise an alert if a day would write more; 0B: never.  [default: 4GB]"
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    is_eager=True,
    expose_value=False,
    callback=read_config,
    metavar="FILE",
    help="Take options from this TOML file, by their long names without dashes in front.",
)
@click.option("--firmware", envvar="EDGE_ORCH_FIRMWARE", default="", help="Firmware of the device, for its inventory.")
@click.option("--controller", envvar="EDGE_ORCH_CONTROLLER", metavar="URL", help="Enrol here at the first start.")
@click.option("--token", envvar="EDGE_ORCH_JOIN_TOKEN", help=_JOIN_TOKEN)
@click.option("--name", envvar="EDGE_ORCH_NAME", help="The name to enrol under.  [env: EDGE_ORCH_NAME]")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    help="How much to log, to stderr.",
)
def run(
    *,
    data: Path,
    bus: str | None,
    link: str,
    link_retry: str,
    commit_interval: str | None,
    commit_size: str | None,
    commit_records: str | None,
    flash_budget: str | None,
    firmware: str,
    controller: str | None,
    token: str | None,
    name: str | None,
    log_level: str,
) -> None:
    """Run the agent until SIGTERM or Ctrl-C. With --controller, --token and --name it enrols at its first start.

    \b
    Examples:
      edge-orch agent run --data ./press-1 --bus mqtt://127.0.0.1:1883
      edge-orch agent run --data ./press-1 --controller http://127.0.0.1:8420 --token TOKEN --name press-1
    """
    from importlib.metadata import version

    from edge_orch.errors import EdgeOrchError, Invalid, Problem
    from edge_orch.time import parse_duration
    from edge_orch_agent.data_folder import AgentFolder
    from edge_orch_agent.enroll import enroll as enroll_at
    from edge_orch_agent.main import become_agent
    from edge_orch_agent.runtime import WEBSOCKET, RunOptions
    from edge_orch_agent.service import hold_failed_start
    from edge_orch_agent.tuning import tuned

    for option, url in (("--bus", bus), ("--link", None if link == WEBSOCKET else link)):
        if url is not None and not url.startswith(("mqtt://", "mqtts://")):
            raise Invalid(Problem(f"{option} is not the address of a broker", None, "mqtt://HOST:PORT", repr(url)))
    settings = tuned(commit_interval, commit_size, commit_records, flash_budget)
    retry_s = parse_duration(link_retry) / 1e6
    if controller and token and name:
        folder = AgentFolder(data)
        with folder.locked():
            if folder.enrolment() is None:
                try:
                    enroll_at(folder, controller, token, name)
                except EdgeOrchError:
                    hold_failed_start()
                    raise
    become_agent(
        data, RunOptions(bus, link, retry_s, firmware, version("edge-orch-agent"), log_level, settings=settings)
    )


@agent.command()
@click.option("--bus", metavar="URL", help="The plant's broker, as for `agent run`.")
@click.option("--link", metavar="websocket|URL", help="How to reach the controller, as for `agent run`.")
@click.option(
    "--memory", default="256M", show_default=True, metavar="SIZE", help="Above this the kernel ends the agent."
)
def unit(bus: str | None, link: str | None, memory: str) -> None:
    """Print a systemd unit for this machine: restarts, watchdog, sandbox.

    \b
    Example:
      edge-orch agent unit --bus mqtt://127.0.0.1:1883 > /etc/systemd/system/edge-orch-agent.service
    """
    import re
    import shutil
    import sys

    from edge_orch.errors import Invalid, Problem
    from edge_orch_agent.unit import hidden
    from edge_orch_agent.unit import unit as written

    if not re.fullmatch(r"[1-9]\d*[KMG]?", memory):
        raise Invalid(Problem("--memory is not a size", None, "a number of bytes, K, M or G, like 256M", repr(memory)))
    program = shutil.which(sys.argv[0]) or sys.argv[0]
    for place in hidden(program, sys.prefix, sys.base_prefix):
        click.echo(f"{place} is hidden from the service: install edge-orch and its Python below /opt", err=True)
    options = [(name, value) for name, value in (("--bus", bus), ("--link", link)) if value]
    click.echo(
        written(str(Path(program).absolute()), [part for option in options for part in option], memory), nl=False
    )
