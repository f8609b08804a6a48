"""The controller's data folder: its database, its key, the first admin's token, and the lock that keeps it to one."""

from __future__ import annotations

from pathlib import Path

from edge_orch.errors import Invalid, Problem, StorageError
from edge_orch.host.data_folder import DataFolder
from edge_orch.trust.keys import PrivateKey

ADMIN = "admin"


class ControllerFolder(DataFolder):
    """One folder, one controller, one process."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "controller")
        self.admin_token = path / "admin.token"
        self._key = path / "controller.key"

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
            raise self.unusable(error) from error
        except Invalid as error:
            problem = Problem(f"{self._key} is damaged", found=str(error), next_step="restore it from a backup")
            raise StorageError(problem) from error
