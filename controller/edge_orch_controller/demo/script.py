"""The job that the demo plays: the catalogue's own text, hastened where an audience would have to wait."""

from __future__ import annotations

from pathlib import Path

from edge_orch.errors import Problem, StorageError

JOB = "press-temperature"
FILE = "jobs/press_temperature.yaml"


def first_version() -> str:
    """The catalogue's job, but an alert clears after 3 seconds instead of a minute."""
    return _replaced(_catalogue(), "hold: 60s", "hold: 3s")


def second_version() -> str:
    """The same with a quorum of five."""
    return _replaced(first_version(), "quorum: {type: int, default: 4,", "quorum: {type: int, default: 5,")


def _catalogue() -> str:
    for root in (Path(__file__).parents[3], Path.cwd()):
        if (root / FILE).is_file():
            return (root / FILE).read_text("utf-8")
    raise StorageError(Problem(f"no {FILE}", next_step="run the demo in a clone of the repository"))


def _replaced(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise StorageError(Problem(f"{FILE} is not the job that the demo knows", expected=f"one {old!r} in it"))
    return text.replace(old, new)
