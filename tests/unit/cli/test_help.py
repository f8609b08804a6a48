"""`--help` is quick because it imports next to nothing: which modules is a matter of fact, how long is not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from edge_orch.cli.installed import installed_commands

SLOW = [
    "aiohttp",
    "asyncio",
    "automerge",
    "cryptography",
    "edge_orch.compile",
    "edge_orch.engine",
    "http.client",
    "sqlglot",
    "tabulate",
    "yaml",
]

PROGRAM = f"""
import sys
from edge_orch.cli.main import main
code = main(sys.argv[1:])
print(*(name for name in {SLOW} if name in sys.modules), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize("command", ["", *sorted(installed_commands())])
def test_help_does_not_import_what_only_a_run_needs(command: str) -> None:
    args = [*filter(None, [command]), "--help"]
    done = subprocess.run([sys.executable, "-c", PROGRAM, *args], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"Usage: edge-orch {command}".rstrip())
    assert done.stderr == "\n"
