from __future__ import annotations

import os
from pathlib import Path

import pytest

from edge_orch.cli.inputs import CHUNK, chunks, open_input, size_of
from edge_orch.errors import Invalid, Location


def test_a_file_is_read_in_chunks(tmp_path: Path) -> None:
    data = b"0123456789\n" * (CHUNK // 4)
    (tmp_path / "f").write_bytes(data)
    with open_input(str(tmp_path / "f")) as file:
        pieces = list(chunks(file))
        assert size_of(file) == len(data)
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= CHUNK


def test_a_pipes_bytes_are_handed_on_as_they_come() -> None:
    reader, writer = os.pipe()
    with open(reader, "rb") as file, open(writer, "wb", buffering=0) as sender:  # noqa: PTH123 -- descriptors
        pieces = chunks(file)
        sender.write(b"first\n")
        assert next(pieces) == b"first\n"
        assert size_of(file) is None


@pytest.mark.parametrize(("name", "found"), [("missing", "No such file or directory"), (".", "Is a directory")])
def test_what_cannot_be_read_is_a_problem(tmp_path: Path, name: str, found: str) -> None:
    with pytest.raises(Invalid, match=f"t:3:4: cannot read .*\n  expected: a file\n  found: {found}"):
        open_input(str(tmp_path / name), Location("t", 3, 4))
