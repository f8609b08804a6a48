"""Whatever goes wrong becomes words and an exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest

from edge_orch.cli.command_line import edge_orch
from edge_orch.cli.group import SECTIONS
from edge_orch.cli.main import main
from edge_orch.errors import Invalid, Location, Problem


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A command that fails as a test says."""

    def install(error: BaseException) -> None:
        @click.command()
        def fail() -> None:
            raise error

        monkeypatch.setattr(edge_orch, "resolve_command", lambda _ctx, args: ("fail", fail, args[1:]))

    return install


def test_problems_are_printed_whole_and_decide_the_exit_code(failing: Any, cli: Any) -> None:
    failing(Invalid(Problem("bad", Location("a.yaml", 3, 7), "a number", "'x'", "mend it"), Problem("worse")))
    answer = cli("fail")
    assert answer.code == 3
    assert answer.out == ""
    expected = "error: a.yaml:3:7: bad\n  expected: a number\n  found: 'x'\n  next: mend it\nerror: worse\n"
    assert answer.err == expected


@pytest.mark.parametrize("asked", [["-o", "json"], ["-ojson"], ["--output", "json"], ["--output=json"]])
def test_programs_are_told_in_json_what_went_wrong(cli: Any, asked: list[str]) -> None:
    answer = cli("explain", "missing.yaml", *asked)
    assert (answer.code, answer.out) == (3, "")
    told = msgspec.json.decode(answer.err)
    assert told["exit_code"] == 3
    assert told["problems"][0]["what"] == "cannot read missing.yaml"


def test_a_bug_is_one_line_without_traceback(failing: Any, cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(KeyError("two\nlines"))
    answer = cli("fail")
    assert answer.code == 1
    assert answer.err.count("\n") == 1
    assert answer.err.startswith("error: this is a bug in edge-orch: KeyError: ")
    monkeypatch.setenv("EDGE_ORCH_DEBUG", "1")
    assert "Traceback" in cli("fail").err


def test_a_missing_extra_is_named(failing: Any, cli: Any) -> None:
    failing(ModuleNotFoundError("No module named 'yaml'", name="yaml"))
    answer = cli("fail")
    assert answer.code == 4
    assert "next: pip install 'edge-orch[authoring]'" in answer.err


def test_an_interrupt_ends_with_130(failing: Any, cli: Any) -> None:
    failing(KeyboardInterrupt())
    assert cli("fail").code == 130


def test_an_interrupt_is_quiet_from_the_first_import_on() -> None:
    program = """
import sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupting())
from edge_orch.cli.main import main
sys.exit(main(["get", "jobs"]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_a_wrong_command_line_ends_with_2(cli: Any) -> None:
    assert cli("get", "--no-such-option").code == 2


def test_a_reader_that_has_gone_is_no_error() -> None:
    script = f"{sys.executable} -m edge_orch.cli.main --help | true"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""


@pytest.mark.parametrize("arguments", ["schema", "--version"])
def test_a_reader_that_has_gone_ends_with_141(arguments: str) -> None:
    script = f"{sys.executable} -m edge_orch.cli.main {arguments} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize(
    ("arguments", "closed", "code"),
    [
        ("schema", ">&-", 0),
        ("list components", ">&- 2>&-", 0),
        ("eval", "2>&-", 2),
        ("eval 1 --input -", "<&-", 0),
        ("validate -", "<&- >&- 2>&-", 3),
    ],
)
def test_a_standard_stream_that_is_closed_is_one_that_leads_nowhere(arguments: str, closed: str, code: int) -> None:
    script = f"{sys.executable} -m edge_orch.cli.main {arguments} {closed}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr


@pytest.mark.parametrize("arguments", ["schema", "--version"])
def test_a_full_disk_behind_standard_output_ends_with_6(arguments: str) -> None:
    script = f"{sys.executable} -m edge_orch.cli.main {arguments} > /dev/full"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    expected = "error: cannot write any more\n  found: No space left on device\n  next: free some space\n"
    assert (done.returncode, done.stderr) == (6, expected)


def test_no_color_is_honoured(failing: Any, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    failing(Invalid("bad"))
    main(["fail"])
    assert capfd.readouterr().err == "error: bad\n"


def test_completion_knows_the_commands() -> None:
    env = {**os.environ, "_EDGE_ORCH_COMPLETE": "bash_complete", "COMP_WORDS": "edge-orch des", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "edge_orch.cli.main"], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout == "plain,describe\n"


@pytest.mark.parametrize(
    ("command", "code"),
    [("get jobs --local FOLDER", 4), ("validate FILE", 3), ("run FILE", 3), ("explain FILE", 3), ("apply -f FILE", 3)],
)
def test_what_may_not_be_read_is_told_in_our_own_words(
    cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, code: int
) -> None:
    (tmp_path / "job.yaml").mkdir()  # root may read everything, but no folder as a file
    monkeypatch.setattr("os.access", lambda *_: False)  # what click asks
    answer = cli(*command.replace("FOLDER", str(tmp_path)).replace("FILE", str(tmp_path / "job.yaml")).split())
    assert answer.code == code


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("edge-orch li", "list"),
        ("edge-orch list comp", "components"),
        ("edge-orch explain --gr", "--graph"),
        ("edge-orch explain --graph m", "mermaid"),
        ("edge-orch list components --kind ma", "masking"),
        ("edge-orch test --j", "--junit"),
        ("edge-orch run --ta", "--tap"),
        ("edge-orch new press-t", "press-temperature"),
    ],
)
def test_the_shell_completes_commands_options_and_choices(words: str, expected: str) -> None:
    last = str(len(words.split()) - 1)
    env = {**os.environ, "_EDGE_ORCH_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": last}
    done = subprocess.run(
        [sys.executable, "-m", "edge_orch.cli.main"], env=env, capture_output=True, text=True, check=False
    )
    assert f"plain,{expected}" in done.stdout.splitlines()


AUTHORING = (Path(__file__).parents[3] / "docs" / "authoring.md").read_text("utf-8")


def test_every_command_for_authors_is_in_their_guide() -> None:
    for name in SECTIONS["Write jobs (no controller needed)"]:
        assert f"`edge-orch {name}" in AUTHORING


def test_a_command_ends_without_looking_for_cycles_and_without_taking_its_memory_apart() -> None:
    program = """
import atexit, gc, os, sys
from edge_orch.cli.main import console

looks = []
gc.callbacks.append(lambda phase, about: looks.append(phase))
leave = os._exit
os._exit = lambda code: (print(looks, flush=True), leave(code))
atexit.register(print, "taken apart")
console()
"""
    job = str(Path(__file__).parents[3] / "jobs" / "press_temperature.yaml")
    command = [sys.executable, "-c", program, "validate", job, "no/such/file"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "valid" in done.stdout
    assert done.stdout.endswith("\n[]\n")
