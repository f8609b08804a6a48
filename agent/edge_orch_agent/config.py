"""The agent's data folder: who it is, its key, its lock, and where everything else lies."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from edge_orch.errors import Problem, StorageError, Unavailable
from edge_orch.trust.keys import PrivateKey, PublicKey
from edge_orch_agent.secrets import Secrets


class Enrolment(msgspec.Struct, frozen=True):
    """What the agent keeps from its enrolment (`agent.json`)."""

    agent: str
    labels: dict[str, str]
    controller: str
    controller_key: str

    @property
    def public_key(self) -> PublicKey:
        """The controller's key: what it has not signed is not run."""
        return PublicKey.from_hex(self.controller_key)


class DataFolder:
    """One folder, one agent, one process. Everything in it is for the agent's user only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = path / "agent.db"
        self.socket = path / "agent.sock"
        self.secrets = Secrets(path / "secrets")
        self._enrolment = path / "agent.json"
        self._key = path / "agent.key"
        self._lock = path / "agent.lock"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder if need be and hold it. Raises `StorageError`, or `Unavailable` when another agent does."""
        try:
            self.path.mkdir(parents=True, mode=0o700, exist_ok=True)
            (self.path / "secrets").mkdir(mode=0o700, exist_ok=True)
            self._refuse_foreign()
            lock = self._lock.open("a+")
        except OSError as error:
            raise self._unusable(error) from error
        with lock:
            try:
                # The kernel lets go of it when the process ends, however it ends.
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Unavailable(
                    Problem(
                        f"another agent is running on {self.path}",
                        found=f"process {self._lock.read_text().strip() or 'unknown'}",
                        next_step="stop it first, or give another folder with --data",
                    )
                ) from error
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def enrolment(self) -> Enrolment | None:
        """Who this agent is, or None before it is enrolled."""
        try:
            return msgspec.json.decode(self._enrolment.read_bytes(), type=Enrolment)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error) from error
        except msgspec.MsgspecError as error:
            raise StorageError(
                Problem(
                    f"{self._enrolment} is damaged",
                    expected="what `edge-orch agent enroll` wrote",
                    found=str(error),
                    next_step="remove the file and enrol this agent again",
                )
            ) from error

    def save_enrolment(self, enrolment: Enrolment) -> None:
        """Written whole or not at all."""
        self._write(self._enrolment, msgspec.json.format(msgspec.json.encode(enrolment)) + b"\n")

    def key(self) -> PrivateKey:
        """The agent's own key, made on this device at first use; it never leaves it."""
        try:
            return PrivateKey.from_bytes(self._key.read_bytes())
        except FileNotFoundError:
            key = PrivateKey.generate()
            self._write(self._key, key.to_bytes())
            return key
        except OSError as error:
            raise self._unusable(error) from error

    def _refuse_foreign(self) -> None:
        """A folder that holds things and none of ours is somebody else's."""
        names = {entry.name for entry in self.path.iterdir()} - {"secrets"}
        if names and not any(name.startswith("agent.") for name in names):
            raise StorageError(
                Problem(
                    f"{self.path} is not an agent's data folder",
                    expected="an empty folder, or one that an agent made",
                    found=", ".join(sorted(names)[:3]),
                    next_step="give another folder with --data",
                )
            )

    def _write(self, path: Path, data: bytes) -> None:
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
