"""`edge-orch`: where it begins. Imports nothing that takes time, so that Ctrl-C is quiet from the first moment on."""

from __future__ import annotations

import sys

INTERRUPTED = 130
"""128 + SIGINT, as shells say it; `ExitCode.INTERRUPTED`, written out because `edge_orch.errors` is imported late."""


def main(args: list[str] | None = None) -> int:
    """Run one command line; returns the exit code (`edge_orch.errors.ExitCode`)."""
    try:
        from edge_orch.cli.command_line import run_command_line  # noqa: PLC0415 -- an interrupt while click is imported

        return run_command_line(args)
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
