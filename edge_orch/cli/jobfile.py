"""Job files on disk."""

from __future__ import annotations

from pathlib import Path

from edge_orch.errors import Invalid, Location, Problem

LARGEST = 1 << 20
"""Bytes: what a controller takes. A larger file is a mistake, such as a log, and YAML would chew on it for minutes."""


def read_job_file(path: Path) -> str:
    """The text of a job file. Raises `Invalid` when it is missing, unreadable, too large or not UTF-8."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        found = error.strerror or str(error)
        raise Invalid(Problem(f"cannot read {path}", None, "a job file", found, "check the path")) from None
    if len(data) > LARGEST:
        raise Invalid(Problem(f"{path} is too large for a job file", None, f"at most {LARGEST} bytes", "more"))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        where = Location(str(path), line, column)
        found = f"the byte 0x{data[error.start]:02x}"
        raise Invalid(Problem("not UTF-8", where, found=found, next_step="save the file as UTF-8")) from None
