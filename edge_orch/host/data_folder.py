"""A program's data folder: made if need be, held by one process, files for the owner only and never half-written."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from edge_orch.errors import Problem, StorageError, Unavailable


class DataFolder:
    """One folder, one process of one program (`agent`, `controller`)."""

    def __init__(self, path: Path, program: str) -> None:
        self.path = path
        self.program = program
        self.database = path / f"{program}.db"
        self._lock = path / f"{program}.lock"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder if need be and hold it. Raises `StorageError`, or `Unavailable` when another process does."""
        try:
            self.path.mkdir(parents=True, mode=0o700, exist_ok=True)
            self.prepare()
            if self._lock.is_fifo():
                raise OSError(errno.EINVAL, f"{self._lock.name} is a named pipe")
            lock = self._lock.open("ab", buffering=0)  # a buffer would fail on a full disk once more, when it is closed
        except OSError as error:
            raise self.unusable(error) from error
        with lock:
            try:
                # The kernel lets go of it when the process ends, however it ends.
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Unavailable(
                    Problem(
                        f"another {self.program} is running on {self.path}",
                        found=f"process {self._lock.read_text().strip() or 'unknown'}",
                        next_step="stop it first, or give another folder with --data",
                    )
                ) from error
            try:
                lock.truncate(0)
                lock.write(b"%d\n" % os.getpid())
            except OSError as error:
                raise self.unusable(error) from error
            yield

    def prepare(self) -> None:
        """What a program wants of its folder before it holds it; may raise `StorageError` or `OSError`."""

    def write(self, path: Path, data: bytes) -> None:
        """A file of mode 0600, whole or not at all."""
        fresh = path.with_name(path.name + ".new")
        try:
            fresh.unlink(missing_ok=True)
            fresh.touch(0o600)
            with fresh.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError as error:
            raise self.unusable(error) from error

    def unusable(self, error: OSError) -> StorageError:
        """Why nothing can be done in this folder."""
        return StorageError(
            Problem(
                f"cannot use the data folder {self.path}",
                found=error.strerror or str(error),
                next_step="mend its owner, mode or free space, or give another with --data",
            )
        )


def read_file(path: Path) -> bytes:
    """What a regular file holds. Raises `OSError` for anything else, as a named pipe, which would make it wait."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, f"{path.name} is no regular file")
        return file.read()
