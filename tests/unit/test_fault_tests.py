"""docs/fault-tests.md names tests that exist for each of the 25 faults; a numbered test stands under its number."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = {
    int(number): re.findall(r"`(tests/[^`]+)`", cells)
    for number, cells in re.findall(
        r"^\| (\d+) \|(.*)$", (ROOT / "docs/fault-tests.md").read_text("utf-8"), re.MULTILINE
    )
}


@cache
def names_in(file: str) -> set[str]:
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    return {node.name for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))) if isinstance(node, functions)}


def test_there_are_twenty_five() -> None:
    assert list(ROWS) == list(range(1, 26))


@pytest.mark.parametrize("number", range(1, 26))
def test_each_is_played_by_tests_that_exist(number: int) -> None:
    assert ROWS[number]
    for name in ROWS[number]:
        file, _, test = name.partition("::")
        assert test in names_in(file), f"{name} does not exist"
        own = re.match(r"test_(\d+)_", test)
        assert own is None or int(own[1]) == number, f"{test} stands under {number}"


def test_every_numbered_test_of_the_agent_is_in_the_table() -> None:
    listed = {name for names in ROWS.values() for name in names}
    files = [
        str(path.relative_to(ROOT))
        for folder in ("unit/agent", "integration/agent")
        for path in (ROOT / "tests" / folder).rglob("test_*.py")
    ]
    numbered = {f"{file}::{test}" for file in files for test in names_in(file) if re.match(r"test_\d+_", test)}
    assert numbered - listed == set()
