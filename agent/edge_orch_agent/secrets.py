"""Secrets of this device, by name."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from edge_orch.host.data_folder import read_file

_NAME = re.compile(r"[A-Za-z0-9_.-]+")


class Secrets:
    """Looks a secret up in the environment (`EDGE_ORCH_SECRET_NAME` wins), then in the file `NAME` of `folder`.

    Read anew at every look-up, so that a rotated secret counts from the next connection on. Never logged.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] = os.environ) -> None:
        self._folder = folder
        self._environment = environment

    def get(self, name: str) -> str | None:
        """The secret without its final newline, or None if this device does not have it."""
        if not _NAME.fullmatch(name) or name.startswith("."):
            return None
        value = self._environment.get(f"EDGE_ORCH_SECRET_{name}")
        if value is not None:
            return value
        try:
            return read_file(self._folder / name).decode().rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            return None
