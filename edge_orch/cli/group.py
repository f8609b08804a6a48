"""The top-level command: knows every sub-command by name and one line of help, imports only the one that is called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from typing import Any

import click

from edge_orch.cli.installed import installed_commands

SECTIONS: dict[str, dict[str, str]] = {
    "Write jobs (no controller needed)": {
        "validate": "Check job files and show every problem with its place.",
        "run": "Run a job over a file, on this machine.",
        "test": "Run the tests that stand beside job files, in virtual time.",
        "explain": "Show what a job compiles to: its plan, its graph, or the generated code.",
        "eval": "Evaluate an expression on sample rows.",
        "new": "Begin a job and its tests from a ready one.",
        "schema": "Print the JSON Schema of job files, for editors.",
        "list": "List what the job language has: steps, formats, functions, sinks.",
    },
    "Run the parts": {
        "controller": "Serve the controller.",
        "agent": "Enrol and run an agent on this machine.",
        "demo": "See it all at work: rollout, cut network, alert from the edge, merge.",
    },
    "At the machine, with no network": {
        "doctor": "Examine this device: what is wrong, what will be, and what to do.",
        "ledger": "Show what became of every record on this device.",
        "lineage": "What went into an output of this device.",
        "outbox": "Look into what waits for sinks on this device.",
        "tap": "Show live records of any step of a job on this device.",
        "dead": "Look into dead letters on this device.",
    },
    "Operate a fleet": {
        "apply": "Store job files as new versions and roll them out.",
        "get": "List jobs, agents, rollouts, alerts or overrides.",
        "describe": "Show all that is known about one agent, job, rollout or alert.",
        "rollout": "Follow rollouts.",
        "override": "Change a job's parameter on one agent, with a reason.",
        "ack": "Acknowledge an alert.",
        "silence": "Want no notifications of an alert rule for a time.",
        "why": "Explain why a parameter has its value on an agent.",
        "history": "Show the facts about a job, a parameter, a rule or an alert over time.",
        "conflicts": "Show what was decided apart and does not fit together.",
        "token": "Create join tokens for agents and credentials for people.",
    },
}
"""Known sub-commands in the order of the help. A test compares each line with its command's own short help."""


class ReaderGone(Exception):
    """Nobody reads standard output any more. No `OSError`: of a broken pipe click itself would make exit code 1."""


@contextmanager
def _minding_the_reader() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGone from error


class CommandGroup(click.Group):
    """Sub-commands come from the entry points of whatever distributions are installed."""

    @cached_property
    def installed(self) -> dict[str, str]:
        """Sub-command name → `module:attribute`."""
        return installed_commands()

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return sorted(self.installed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return the sub-command, or None if no distribution brings it."""
        target = self.installed.get(cmd_name)
        return None if target is None else _load(target)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the command line; `--help` and `--version` print here. May raise `ReaderGone`."""
        with _minding_the_reader():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the sub-command. May raise `ReaderGone`."""
        with _minding_the_reader():
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        names = self.list_commands(ctx)
        if not ctx.resilient_parsing and not name.startswith("-") and name not in names:
            import difflib  # noqa: PLC0415 -- only here

            close = difflib.get_close_matches(name, names, n=1)
            ctx.fail(f"No such command {name!r}." + (f" Did you mean {close[0]!r}?" if close else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Sections of one-line helps; a command that is not in the table is imported to ask for its own."""
        names = set(self.list_commands(ctx))
        for title, helps in SECTIONS.items():
            rows = [(name, text) for name, text in helps.items() if name in names]
            names.difference_update(helps)
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
        others = [
            (name, command.get_short_help_str(100)) for name in sorted(names) if (command := self._get(ctx, name))
        ]
        if others:
            with formatter.section("Others"):
                formatter.write_dl(others)

    def _get(self, ctx: click.Context, name: str) -> click.Command | None:
        return self.get_command(ctx, name)


def _load(target: str) -> click.Command:
    module_name, _, attribute = target.partition(":")
    command = getattr(import_module(module_name), attribute)
    assert isinstance(command, click.Command)  # noqa: S101 -- an entry point of this group is a click command
    return command
