"""The command line: runs the sub-command and turns whatever goes wrong into words and an exit code. No traceback."""

from __future__ import annotations

import errno
import os
import sys

import click

from edge_orch.cli.group import CommandGroup, ReaderGone
from edge_orch.cli.main import INTERRUPTED

BROKEN_PIPE = 141
"""128 + SIGPIPE: the reader (`head`, `less`) has gone, which is its right."""

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)

EXTRAS = {"yaml": "edge-orch[authoring]", "sqlglot": "edge-orch[authoring]"}
"""Which extra brings a module that an installation may lack: a device has no use for them."""


@click.group(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""
\b
Environment:
  EDGE_ORCH_CONTROLLER   where the controller is (default http://127.0.0.1:8420)
  EDGE_ORCH_TOKEN        the credential to show it; or EDGE_ORCH_TOKEN_FILE
  EDGE_ORCH_LOCAL        an agent's data folder: ask that agent instead
  NO_COLOR               no colours          EDGE_ORCH_DEBUG=1   tracebacks

\b
Exit codes:
  0 well   1 not well: a test or a rollout failed   2 wrong command line   3 invalid input
  4 unavailable   5 refused   6 data folder unusable   130 interrupted

\b
Shell completion, for example in ~/.bashrc (or zsh_source, fish_source):
  eval "$(_EDGE_ORCH_COMPLETE=bash_source edge-orch)"
""",
)
@click.version_option(package_name="edge-orch", prog_name="edge-orch", message="%(prog)s %(version)s")
def edge_orch() -> None:
    """Jobs for factory devices that go on working with the network gone.

    \b
    Examples:
      edge-orch demo
      edge-orch validate jobs/press_temperature.yaml
      edge-orch apply -f jobs/press_temperature.yaml --wait
    """


def run_command_line(args: list[str] | None) -> int:
    """Run one command line; returns the exit code (`edge_orch.errors.ExitCode`)."""
    try:
        code = edge_orch.main(
            args=args,
            prog_name="edge-orch",
            complete_var="_EDGE_ORCH_COMPLETE",
            standalone_mode=False,
            color=False if os.environ.get("NO_COLOR") else None,
        )
        sys.stdout.flush()  # here, where a reader that has gone can still be handled
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (BrokenPipeError, ReaderGone):
        _discard_output()
        return BROKEN_PIPE
    except (Exception, KeyboardInterrupt) as error:  # the last line of defence: everything becomes words here
        return report(error, as_json=_wants_json(sys.argv[1:] if args is None else args))
    return code if isinstance(code, int) else 0


def _wants_json(args: list[str]) -> bool:
    """Whether a program reads: `-o json`, in any of the ways in which it can be written."""
    joined = " ".join(args).replace("=", " ")
    return any(f"{option}json" in joined for option in ("-o ", "-o", "--output "))


def report(error: BaseException, *, as_json: bool = False) -> int:
    """Say what went wrong, to stderr, for people or, `as_json`, for programs; returns the exit code."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    from edge_orch.errors import EdgeOrchError, ExitCode  # noqa: PLC0415 -- keeps msgspec out of `--help`

    if os.environ.get("EDGE_ORCH_DEBUG") == "1":
        import traceback  # noqa: PLC0415

        traceback.print_exception(error)
    if isinstance(error, EdgeOrchError):
        if as_json:
            import msgspec  # noqa: PLC0415 -- only here

            told = {"exit_code": int(error.exit_code), "problems": error.problems}
            click.echo(msgspec.json.encode(told).decode(), err=True)
            return int(error.exit_code)
        for problem in error.problems:
            _say(str(problem))
        return int(error.exit_code)
    if isinstance(error, OSError) and error.errno in _NO_SPACE:
        _discard_output()
        _say(f"cannot write any more\n  found: {error.strerror}\n  next: free some space")
        return int(ExitCode.STORAGE)
    if isinstance(error, ModuleNotFoundError) and (extra := EXTRAS.get((error.name or "").partition(".")[0])):
        _say(f"this command needs the Python module {error.name!r}\n  next: pip install '{extra}'")
        return int(ExitCode.UNAVAILABLE)
    words = " ".join(str(error).split())
    _say(f"this is a bug in edge-orch: {type(error).__name__}: {words} (EDGE_ORCH_DEBUG=1 shows where)")
    return int(ExitCode.FAILED)


def _discard_output() -> None:
    """The interpreter flushes once more at exit; give it somewhere to write."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(problem: str) -> None:
    color = False if os.environ.get("NO_COLOR") else None
    click.echo(f"{click.style('error', fg='red', bold=True)}: {problem}", err=True, color=color)
