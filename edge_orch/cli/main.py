"""`edge-orch`: where it begins. Imports nothing that takes time, so that Ctrl-C is quiet from the first moment on."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

YOUNG = 100_000
"""Objects made before the collector of cycles first looks: what is imported stays, and need not be searched."""
INTERRUPTED = 130
"""128 + SIGINT, as shells say it; `ExitCode.INTERRUPTED`, written out because `edge_orch.errors` is imported late."""


def main(args: list[str] | None = None) -> int:
    """Run one command line; returns the exit code (`edge_orch.errors.ExitCode`)."""
    try:
        from edge_orch.cli.command_line import run_command_line  # noqa: PLC0415 -- an interrupt while click is imported

        return run_command_line(args)
    except KeyboardInterrupt:
        return INTERRUPTED


def console() -> NoReturn:
    """`main` as a process of its own, which ends without taking its memory apart: both save a third of the time."""
    gc.set_threshold(YOUNG)
    _open_closed()
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # `main` has said so where it matters
        sys.exit(code)
    os._exit(code)


def _open_closed() -> None:
    """Give a standard stream that was closed (`<&-`, a daemon's) the null device, before a file takes its number."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 -- for the whole process


if __name__ == "__main__":
    console()
