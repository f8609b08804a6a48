"""The help: complete, true, and cheap."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from edge_orch.cli.command_line import edge_orch
from edge_orch.cli.group import SECTIONS

HELPS = {name: text for section in SECTIONS.values() for name, text in section.items()}


def command(name: str) -> click.Command:
    found = edge_orch.get_command(click.Context(edge_orch), name)
    assert found is not None
    return found


def leaves(name: str, found: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, found
    if isinstance(found, click.Group):
        for sub, child in found.commands.items():
            yield from leaves(f"{name} {sub}", child)


def test_the_table_lists_exactly_the_installed_commands() -> None:
    assert set(HELPS) == set(edge_orch.list_commands(click.Context(edge_orch)))


@pytest.mark.parametrize("name", HELPS)
def test_the_table_says_what_the_command_says_of_itself(name: str) -> None:
    assert command(name).get_short_help_str(100) == HELPS[name]


@pytest.mark.parametrize("name", HELPS)
def test_every_command_and_option_is_documented_with_an_example(name: str) -> None:
    for path, found in leaves(name, command(name)):
        help_text = found.get_help(click.Context(found, info_name=f"edge-orch {path}"))
        assert f"edge-orch {path}" in help_text.partition("xample")[2], f"`{path} --help` has no example"
        for parameter in found.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"`{path} {parameter.opts[0]}` has no help"


def test_help_imports_no_command_and_nothing_heavy() -> None:
    script = (
        "import sys; from edge_orch.cli.main import main; code = main(['--help']);"
        "print(*sorted(m for m in sys.modules if m.startswith(('edge_orch', 'msgspec', 'importlib.metadata'))),"
        " file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.split() == [
        "edge_orch",
        "edge_orch.cli",
        "edge_orch.cli.command_line",
        "edge_orch.cli.group",
        "edge_orch.cli.installed",
        "edge_orch.cli.main",
    ]
    assert all(text.split(",")[0] in done.stdout for text in HELPS.values())


def test_an_unknown_command_suggests_the_nearest() -> None:
    with pytest.raises(click.UsageError, match="Did you mean 'apply'"):
        edge_orch.main(["aply"], standalone_mode=False)
