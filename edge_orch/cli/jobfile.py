"""Job files on disk."""

from __future__ import annotations

from pathlib import Path

from edge_orch.errors import Invalid, Location, Problem


def read_job_file(path: Path) -> str:
    """The text of a job file. Raises `Invalid` when it is missing, unreadable or not UTF-8."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Invalid(Problem(f"cannot read {path}", found=error.strerror or str(error))) from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        where = Location(str(path), line, column)
        found = f"the byte 0x{data[error.start]:02x}"
        raise Invalid(Problem("not UTF-8", where, found=found, next_step="save the file as UTF-8")) from None
