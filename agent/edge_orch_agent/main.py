"""`python -P -m edge_orch_agent.main`: the agent alone, without the command line that started it.

`edge-orch agent run` reads the options, enrols if need be, and then becomes this process by exec: same process id, but
nothing of the command line stays in memory for months. Options come through the environment, which unlike arguments
only the same user can read: a broker's address may hold a password.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import msgspec

from edge_orch_agent.data_folder import AgentFolder
from edge_orch_agent.logs import configure
from edge_orch_agent.memory import keep_small
from edge_orch_agent.runtime import RunOptions, run_agent
from edge_orch_agent.service import hold_failed_start

OPTIONS = "EDGE_ORCH_RUN_OPTIONS"
SPENT = ("EDGE_ORCH_JOIN_TOKEN",)
"""Of no use any more, and secret."""
ENDINGS = (signal.SIGINT, signal.SIGTERM)


def become_agent(data: Path, options: RunOptions) -> NoReturn:
    """Replace this process by the agent of the folder `data`."""
    environment = {name: value for name, value in os.environ.items() if name not in SPENT}
    environment[OPTIONS] = msgspec.json.encode(options).decode()
    sys.stdout.flush()
    sys.stderr.flush()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)  # until `main` can end in order
    command = [sys.executable, "-P", "-m", "edge_orch_agent.main", str(data)]
    os.execve(sys.executable, command, environment)  # noqa: S606 -- ourselves, and no shell wanted


def main() -> int:
    """Run until told to stop; returns the exit code (`edge_orch.errors.ExitCode`)."""
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
        options = msgspec.json.decode(os.environ.pop(OPTIONS), type=RunOptions)
        keep_small()
        configure(options.log_level)
        run_agent(AgentFolder(Path(sys.argv[1])), options)
    except (Exception, KeyboardInterrupt) as error:
        from edge_orch.cli.command_line import report  # noqa: PLC0415 -- only now are its words needed

        code = report(error)
        if not isinstance(error, KeyboardInterrupt):
            hold_failed_start()
        return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
