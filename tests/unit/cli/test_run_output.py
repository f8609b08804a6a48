from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge_orch.cli.run_output import Folder, StandardOutput, as_line
from edge_orch.engine.records import Chunk, DeadLetter
from edge_orch.errors import Invalid, StorageError
from edge_orch.plan.plan import Output

LETTER = DeadLetter(b"raw", "parse", "not a number", "p", 4, "temp")


def outputs(*names: str) -> list[Output]:
    return [Output(name, "map", "sink") for name in names]


def test_standard_output_takes_all_outputs_or_one(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    records = {"a": Chunk(b'{"a":1}\n', 1), "b": Chunk(b'{"b":1}\n', 1)}
    StandardOutput("").write(records, [])
    assert capfdbinary.readouterr().out == b'{"a":1}\n{"b":1}\n'
    StandardOutput("b").write(records, [])
    assert capfdbinary.readouterr().out == b'{"b":1}\n'


def test_standard_output_tells_of_the_first_dead_letters(capfd: pytest.CaptureFixture[str]) -> None:
    destination = StandardOutput("")
    for _ in range(4):
        destination.write({}, [LETTER, LETTER])
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "dead letter: line 5, parse.temp: not a number"
    assert lines[5:] == ["more dead letters follow; --output-dir keeps them all"]


def test_programs_get_every_dead_letter(capfd: pytest.CaptureFixture[str]) -> None:
    StandardOutput("", as_json=True).write({}, [LETTER] * 7)
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    expected = {"line": 5, "step": "parse", "reason": "not a number", "field": "temp", "raw": "raw"}
    assert lines == [{"dead_letter": expected}] * 7


def test_a_folder_has_a_file_for_each_output_and_one_for_dead_letters(tmp_path: Path) -> None:
    folder = Folder(
        tmp_path / "new" / "out", [*outputs("a", "b/c", "silent"), Output("text", "map", "sink", line="csv")]
    )
    folder.write({"a": Chunk(b"1\n", 1)}, [LETTER])
    folder.write({"a": Chunk(b"2\n", 1), "b/c": Chunk(b"3\n", 1)}, [])
    folder.close()
    found = {path.name: path.read_text() for path in (tmp_path / "new" / "out").iterdir()}
    letter = found.pop("dead_letters.ndjson")
    assert found == {"a.ndjson": "1\n2\n", "b_c.ndjson": "3\n", "silent.ndjson": "", "text.txt": ""}
    assert json.loads(letter) == {"line": 5, "step": "parse", "reason": "not a number", "field": "temp", "raw": "raw"}


def test_raw_bytes_that_are_not_utf8_are_shown_as_hex() -> None:
    line = as_line(DeadLetter(b"\xff\x00", "parse", "not UTF-8", "p", 0))
    assert (line.raw, line.raw_hex) == ("", "ff00")


@pytest.mark.parametrize("names", [["a/b", "a_b"], ["dead_letters"]])
def test_two_outputs_never_share_a_file(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(Invalid, match="two outputs would go into one file"):
        Folder(tmp_path, outputs(*names))


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"cannot write to .*file"):
        Folder(tmp_path / "file", outputs("a"))


def test_a_full_disk_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").symlink_to("/dev/full")
    folder = Folder(tmp_path, outputs("a"))
    folder.write({"a": Chunk(b"1\n", 1)}, [])
    with pytest.raises(StorageError, match="No space left on device"):
        folder.close()
