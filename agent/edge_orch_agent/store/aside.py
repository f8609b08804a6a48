"""Set aside: what could not be used stays beside the database under a dated name, for a person to look at."""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import count
from pathlib import Path

from edge_orch.time import format_timestamp
from edge_orch_agent.store.presence import PARTS

KEPT = 4
"""So many damaged files of one name stay, the newest …"""
KEPT_BYTES = 256 << 20
"""… and of them what fits in here; but always the newest one. A bad card would fill itself with them otherwise."""


class Flaw(StrEnum):
    """Why a file cannot be used; part of the name under which it is set aside."""

    DAMAGED = "damaged"
    FOREIGN = "foreign"
    NEWER = "newer"
    REPLACED = "replaced"


def set_aside(path: Path, flaw: Flaw, now_us: int) -> Path:
    """Rename the file, and with it the log that belongs to it, so that SQLite cannot replay it into another one."""
    aside = free_name(path, flaw, now_us)
    for ending in reversed(PARTS):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside


def free_name(path: Path, flaw: Flaw, now_us: int) -> Path:
    """A dated name beside the file that nothing has yet."""
    stamp = format_timestamp(now_us // 1_000_000 * 1_000_000).replace(":", "").replace("-", "")
    suffixes = (f"-{number}" if number else "" for number in count())
    names = (path.with_name(f"{path.name}.{flaw}-{stamp}{suffix}") for suffix in suffixes)
    return next(name for name in names if not name.exists())


def thin_out(path: Path, fresh: Path | None) -> list[str]:
    """Delete damaged files set aside from `path` that are too many or too large together; returns their names.

    The newest is that of this start, `fresh`, then by the date in their names: a clock may have been wrong. What is
    foreign, newer or was replaced stays: a person put it there, or may want to go back to it.
    """
    ages = {file: age for file in path.parent.iterdir() if (age := _age(path, file))}
    deleted, size = [], 0
    for number, file in enumerate(sorted(ages, key=lambda file: (file == fresh, ages[file]), reverse=True)):
        parts = [part for ending in PARTS if (part := file.with_name(file.name + ending)).exists()]
        size += sum(part.stat().st_size for part in parts)
        if number and (number >= KEPT or size > KEPT_BYTES):
            for part in parts:
                part.unlink()
            deleted.append(file.name)
    return deleted


def _age(path: Path, file: Path) -> tuple[str, int] | None:
    """The later, the greater; None if it is not a damaged one set aside from `path`."""
    date = re.fullmatch(rf"{re.escape(path.name)}\.{Flaw.DAMAGED}-(\d+T\d+Z)(?:-(\d+))?", file.name)
    return (date[1], int(date[2] or 0)) if date else None
