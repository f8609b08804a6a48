"""`agent run --config FILE`, up to the moment where the agent would begin."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from edge_orch_agent import main
from edge_orch_agent.cli import agent
from edge_orch_agent.runtime import RunOptions

from edge_orch.errors import Invalid


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[RunOptions]:
    options: list[RunOptions] = []
    monkeypatch.setattr(main, "become_agent", lambda _data, given: options.append(given))
    return options


def run(folder: Path, config: str, *args: str) -> None:
    file = folder / "agent.toml"
    file.write_text(config)
    command = ["run", "--data", str(folder), "--config", str(file), *args]
    CliRunner().invoke(agent, command, catch_exceptions=False)


def test_options_come_from_the_file_and_the_command_line_wins(tmp_path: Path, begun: list[RunOptions]) -> None:
    run(tmp_path, 'commit-interval = "250ms"\nflash-budget = "1GB"\nlog-level = "error"\n', "--flash-budget", "2GB")
    (options,) = begun
    assert (options.settings.commit_after_us, options.settings.flash_budget) == (250_000, 2_000_000_000)
    assert options.log_level == "error"


@pytest.mark.parametrize(
    ("config", "what"),
    [
        ('comit-interval = "1s"', "commit-interval"),
        ("commit-interval = 1", "a string"),
        ("commit-interval", "TOML"),
    ],
)
def test_what_is_wrong_with_it_is_said(tmp_path: Path, begun: list[RunOptions], config: str, what: str) -> None:
    with pytest.raises(Invalid, match=r"agent\.toml") as refused:
        run(tmp_path, config)
    assert what in str(refused.value)
    assert begun == []


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="No such file"):
        CliRunner().invoke(
            agent, ["run", "--data", str(tmp_path), "--config", str(tmp_path / "none.toml")], catch_exceptions=False
        )


def test_every_mistake_has_its_line(tmp_path: Path, begun: list[RunOptions]) -> None:
    text = '# mine\nbuss = "x"\n  commit-records = [1]\nbus = true\n[log]\nlevel = "x"\n'
    with pytest.raises(Invalid) as refused:
        run(tmp_path, text)
    file = tmp_path / "agent.toml"
    assert [f"{problem.where}: {problem.what}" for problem in refused.value.problems] == [
        f"{file}:2:1: unknown option `buss`",
        f"{file}:3:3: wrong type for `commit-records`",
        f"{file}:4:1: wrong type for `bus`",
        f"{file}:5:1: unknown option `log`",
    ]
    assert begun == []


def test_a_whole_number_needs_no_quotes(tmp_path: Path, begun: list[RunOptions]) -> None:
    run(tmp_path, "commit-records = 5\n")
    assert len(begun) == 1


@pytest.mark.parametrize(
    ("text", "where"), [("bus: mqtt://x\n", "1:4"), ('bus = "x"\nbus = "y"\n', "2:10"), ('bus = "x', "1:1")]
)
def test_what_is_no_toml_is_told_at_its_place(tmp_path: Path, begun: list[RunOptions], text: str, where: str) -> None:
    with pytest.raises(Invalid) as refused:
        run(tmp_path, text)
    assert str(refused.value).startswith(f"{tmp_path}/agent.toml:{where}: not valid TOML: ")
    assert begun == []
