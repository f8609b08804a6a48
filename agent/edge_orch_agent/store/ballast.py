"""The ballast: a file that holds room on the disk, thrown overboard when nothing else is left."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path


class Ballast:
    """`size` bytes beside the database, really allocated. A filled disk then still takes what must be written."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size
        self._stands = False

    def release(self) -> bool:
        """Give its room to others; whether there was any to give."""
        try:
            self._path.unlink()
        except OSError:
            return False
        finally:
            self._stands = False
        return True

    def restore(self) -> bool:
        """Whether it stands, now that its room has been asked for if need be."""
        if self._stands:
            return True
        try:
            self._make_way()
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return False
        try:
            os.posix_fallocate(descriptor, 0, self._size)
            self._stands = True
        except OSError:
            self._path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)
        return self._stands

    def _make_way(self) -> None:
        """What is no file cannot hold room, and would keep everything else from being stored: it goes aside."""
        if self._path.is_symlink():
            self._path.unlink()
        elif self._path.is_dir():
            names = (self._path.with_name(f"{self._path.name}.foreign-{number}") for number in count())
            self._path.rename(next(name for name in names if not name.exists()))
