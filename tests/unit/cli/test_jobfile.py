from __future__ import annotations

from pathlib import Path

import pytest

from edge_orch.cli.jobfile import assets_of, compile_file, read_job_file
from edge_orch.errors import Invalid, Location
from edge_orch.plan.steps import Lookup


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


JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: a}
spec:
  source: {file: {path: x}}
  steps:
    - schematize: {json: {}, fields: {s: string}}
    - lookup: {keys: {s: name}, file: tables/limits.csv, fields: {low: float}}
"""


@pytest.fixture
def job(tmp_path: Path) -> Path:
    (tmp_path / "job.yaml").write_text(JOB)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "limits.csv").write_text("name,low\na,1.5\n")
    return tmp_path / "job.yaml"


def test_a_table_beside_the_job_is_compiled_into_its_plan(job: Path) -> None:
    step = compile_file(job).step("lookup")
    assert isinstance(step, Lookup)
    assert step.rows == (("a", 1.5),)


def test_the_files_that_ship_with_a_job(job: Path) -> None:
    assert assets_of(job, JOB) == {"tables/limits.csv": "name,low\na,1.5\n"}
    assert assets_of(job, JOB + "  nonsense: lookup\n") == {}  # the controller says what is wrong with it
    assert assets_of(job, "kind: Job") == {}


def test_a_table_that_is_missing_is_told_where_it_is_named(job: Path) -> None:
    (job.parent / "tables" / "limits.csv").unlink()
    for read in (lambda: compile_file(job), lambda: assets_of(job, JOB)):
        with pytest.raises(Invalid) as error:
            read()
        assert str(error.value).startswith(f"{job}:9:39: cannot read")


def test_a_link_does_not_lead_out_of_the_folder(job: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.csv"
    secret.write_text("name,low\na,1.5\n")
    table = job.parent / "tables" / "limits.csv"
    table.unlink()
    table.symlink_to(secret)
    with pytest.raises(Invalid, match="leads out of the folder"):
        compile_file(job)


@pytest.mark.parametrize(
    ("data", "found", "next_step"),
    [
        ("kind: Job\n".encode("utf-16"), "UTF-16", "save the file as UTF-8"),
        (b"\x1f\x8b\x08\xff", "a binary file", "name a job file, which is text"),
        (b"\x7fELF\x00\x00\xd0", "a binary file", "name a job file, which is text"),
    ],
)
def test_bytes_that_are_no_text_are_told_by_what_they_are(
    tmp_path: Path, data: bytes, found: str, next_step: str
) -> None:
    file = tmp_path / "job.yaml"
    file.write_bytes(data)
    with pytest.raises(Invalid, match="not UTF-8") as error:
        read_job_file(file)
    assert (error.value.problems[0].found, error.value.problems[0].next_step) == (found, next_step)
