"""The agent's data folder: who it is, its key, its lock, and where everything else lies."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from edge_orch.errors import Invalid, Problem, StorageError
from edge_orch.host.data_folder import DataFolder, read_file
from edge_orch.trust.keys import PrivateKey, PublicKey
from edge_orch_agent.secrets import Secrets
from edge_orch_agent.store.aside import Flaw, free_name


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


class AgentFolder(DataFolder):
    """One folder, one agent, one process."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "agent")
        self.socket = path / "agent.sock"
        self.flight = Path(os.environ.get("RUNTIME_DIRECTORY", path)) / "agent.flight"
        self.secrets = Secrets(path / "secrets")
        self._enrolment = path / "agent.json"
        self._key = path / "agent.key"
        self._next_key = path / "agent.key.next"

    def prepare(self) -> None:
        """A place for secrets; a folder that holds things and none of ours is somebody else's."""
        names = {entry.name for entry in self.path.iterdir()} - {"secrets", "lost+found"}  # a disk of its own has that
        if names and not any(name.startswith("agent.") for name in names):
            raise StorageError(
                Problem(
                    f"{self.path} is not an agent's data folder",
                    expected="an empty folder, or one that an agent made",
                    found=", ".join(sorted(names)[:3]),
                    next_step="give another folder with --data",
                )
            )
        (self.path / "secrets").mkdir(mode=0o700, exist_ok=True)

    def enrolment(self) -> Enrolment | None:
        """Who this agent is, or None before it is enrolled."""
        try:
            return _read_enrolment(read_file(self._enrolment))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self.unusable(error) from error
        except (msgspec.MsgspecError, Invalid) as error:
            raise StorageError(
                Problem(
                    f"{self._enrolment} is damaged",
                    expected="what `edge-orch agent enroll` wrote",
                    found=str(error),
                    next_step="remove the file and enrol this agent again",
                )
            ) from error

    def mend(self, now_us: int) -> list[str]:
        """Who the agent is stands in two small files, without which nothing runs: each has a spare beside it.

        A damaged one is set aside and made anew from its spare, and so is a missing key; an `agent.json` that is
        missing was taken away. What is sound is copied to the spare. Returns what was restored. Raises `StorageError`.
        """
        restored = []
        for path, read in ((self._enrolment, _read_enrolment), (self._key, PrivateKey.from_bytes)):
            spare = path.with_name(path.name + ".spare")
            data, kept = _sound(path, read), _sound(spare, read)
            missing = not (path.exists() or path.is_symlink())
            if data is not None and data != kept:
                self.write(spare, data)
            elif data is None and kept is not None and not (missing and path == self._enrolment):
                try:
                    if not missing:
                        path.rename(free_name(path, Flaw.DAMAGED, now_us))
                except OSError as error:
                    raise self.unusable(error) from error
                self.write(path, kept)
                restored.append(path.name)
        return restored

    def save_enrolment(self, enrolment: Enrolment) -> None:
        """Written whole or not at all."""
        self.write(self._enrolment, msgspec.json.format(msgspec.json.encode(enrolment)) + b"\n")

    def key(self) -> PrivateKey:
        """The agent's own key, made on this device before it enrols; it never leaves it.

        Missing afterwards, it is a `StorageError`: with another key no controller would know this agent.
        """
        try:
            return PrivateKey.from_bytes(read_file(self._key))
        except FileNotFoundError:
            if self.enrolment() is not None:
                raise self._lost_key("missing") from None
            key = PrivateKey.generate()
            self.write(self._key, key.to_bytes())
            return key
        except OSError as error:
            raise self.unusable(error) from error
        except Invalid as error:
            raise self._lost_key("damaged") from error

    def next_key(self) -> PrivateKey:
        """The key that `adopt_next_key` will put in the place of the agent's own; the same until then."""
        try:
            return PrivateKey.from_bytes(read_file(self._next_key))
        except (FileNotFoundError, Invalid):
            key = PrivateKey.generate()
            self.write(self._next_key, key.to_bytes())
            return key
        except OSError as error:
            raise self.unusable(error) from error

    def adopt_next_key(self) -> None:
        """From now on the agent goes by its next key; the old one is gone."""
        try:
            self._next_key.replace(self._key)
        except OSError as error:
            raise self.unusable(error) from error

    def _lost_key(self, how: str) -> StorageError:
        return StorageError(
            Problem(
                f"{self._key} is {how}",
                expected="the key that this agent enrolled with",
                next_step=f"restore it from a backup, or move {self.path} away and enrol again under another name",
            )
        )


def _read_enrolment(data: bytes) -> Enrolment:
    """Raises `MsgspecError`, or `Invalid` where the controller's key is none."""
    enrolment = msgspec.json.decode(data, type=Enrolment)
    PublicKey.from_hex(enrolment.controller_key)
    return enrolment


def _sound(path: Path, read: Callable[[bytes], object]) -> bytes | None:
    """What the file holds, if it can be read as what it should be."""
    try:
        data = read_file(path)
        read(data)
    except (OSError, Invalid, msgspec.MsgspecError):
        return None
    return data
