"""Which sub-commands are installed: the entry points of the group `edge_orch.commands`, read straight from their files.

`importlib.metadata` costs 35–45 ms to import (it brings email, csv and zipfile), a third of what `edge-orch --help`
may take; reading the same `entry_points.txt` files costs 2. Where that finds nothing (packages in a zip, an unusual
importer) the standard way is asked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

GROUP = "edge_orch.commands"


def installed_commands(path: Iterable[str] | None = None) -> dict[str, str]:
    """Sub-command name → `module:attribute`."""
    return installed(GROUP, path)


def installed(group: str, path: Iterable[str] | None = None) -> dict[str, str]:
    """Entry points of a group, name → `module:attribute`.

    On a name given twice the folder earlier on `sys.path` wins.
    """
    found: dict[str, str] = {}
    for folder in sys.path if path is None else path:
        for file in _entry_point_files(folder or "."):
            for name, target in _section(file, group).items():
                found.setdefault(name, target)
    return found or _by_the_standard_library(group)


def _entry_point_files(folder: str) -> list[str]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith((".dist-info", ".egg-info")))
    except OSError:  # not a folder, or not readable: nothing can be imported from it either
        return []
    return [f"{folder}/{name}/entry_points.txt" for name in names]


def _section(file: str, group: str) -> dict[str, str]:
    """The lines `name = target` below `[group]`."""
    try:
        with open(file, encoding="utf-8") as opened:  # noqa: PTH123 -- pathlib costs 5 ms to import
            text = opened.read()
    except OSError:  # most distributions have no entry points
        return {}
    found: dict[str, str] = {}
    inside = False
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            inside = line == f"[{group}]"
        elif inside and "=" in line:
            name, _, target = line.partition("=")
            found[name.strip()] = target.strip()
    return found


def _by_the_standard_library(group: str) -> dict[str, str]:
    from importlib.metadata import entry_points  # noqa: PLC0415 -- only where the quick way found nothing

    return {point.name: point.value for point in entry_points(group=group)}
