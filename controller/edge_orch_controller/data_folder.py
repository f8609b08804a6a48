"""The controller's data folder: its database, its key, the first admin's token, and the lock that keeps it to one."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from edge_orch.errors import Invalid, Problem, StorageError, Unavailable
from edge_orch.trust.keys import PrivateKey

ADMIN = "admin"


class DataFolder:
    """One folder, one process. Everything in it is for the controller's user only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = path / "controller.db"
        self.admin_token = path / "admin.token"
        self._key = path / "controller.key"
        self._lock = path / "controller.lock"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder if need be and hold it. Raises `StorageError`, or `Unavailable` if another has it."""
        try:
            self.path.mkdir(parents=True, mode=0o700, exist_ok=True)
            lock = self._lock.open("a+")
        except OSError as error:
            raise self._unusable(error) from error
        with lock:
            try:
                # The kernel lets go of it when the process ends, however it ends.
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                problem = Problem(
                    f"another controller is running on {self.path}",
                    next_step="stop it first, or give another folder with --data",
                )
                raise Unavailable(problem) from error
            yield

    def key(self, *, make: bool) -> PrivateKey:
        """The key that signs jobs and messages; agents pin its public half.

        If it is missing it is made, or with `make` false (there are agents that trust it) that is a `StorageError`.
        """
        try:
            return PrivateKey.from_bytes(self._key.read_bytes())
        except FileNotFoundError:
            if not make:
                raise StorageError(
                    Problem(f"{self._key} is missing", next_step="restore it from a backup; agents trust only that key")
                ) from None
            key = PrivateKey.generate()
            self.write(self._key, key.to_bytes())
            return key
        except OSError as error:
            raise self._unusable(error) from error
        except Invalid as error:
            problem = Problem(f"{self._key} is damaged", found=str(error), next_step="restore it from a backup")
            raise StorageError(problem) from error

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
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> StorageError:
        return StorageError(
            Problem(
                f"cannot use the data folder {self.path}",
                found=error.strerror or str(error),
                next_step="mend its owner, mode or free space, or give another with --data",
            )
        )
