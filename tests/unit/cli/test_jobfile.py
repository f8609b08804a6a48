from __future__ import annotations

from pathlib import Path

import pytest

from edge_orch.cli.jobfile import read_job_file
from edge_orch.errors import Invalid, Location


def test_it_reads_utf_8(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_bytes("kind: Jöb\n".encode())
    assert read_job_file(tmp_path / "job.yaml") == "kind: Jöb\n"


def test_bytes_that_are_not_utf_8_have_a_place(tmp_path: Path) -> None:
    file = tmp_path / "job.yaml"
    file.write_bytes(b"kind: Job\nab\xffc\n")
    with pytest.raises(Invalid) as error:
        read_job_file(file)
    assert error.value.problems[0].where == Location(str(file), 2, 3)


def test_a_file_that_never_ends_is_no_job() -> None:
    with pytest.raises(Invalid, match="too large for a job file"):
        read_job_file(Path("/dev/zero"))


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid, match="cannot read"):
        read_job_file(tmp_path / name)
