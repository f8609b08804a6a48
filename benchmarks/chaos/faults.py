"""What is done to the agent from outside and from inside: its clock, its disk, its end in the middle of a commit."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

INSIDE = Path(__file__).with_name("inside")
_CLONE_NEWNS = 0x20000
_BLOCK = 1 << 16


class Inside:
    """Faults that `inside/sitecustomize.py` performs in the agent's process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._crash, self._clock, self._folder = folder / "crash-at", folder / "clock", folder

    def environment(self) -> dict[str, str]:
        """What an agent needs in its environment."""
        return {"EDGE_ORCH_CHAOS": str(self._folder), "PYTHONPATH": str(INSIDE)}

    def crash_at(self, statement: int) -> None:
        """The next process that starts dies right before this statement of its commits, counted from 1."""
        _write(self._crash, statement)

    def cancel(self) -> None:
        """No process that starts from now on dies so."""
        self._crash.unlink(missing_ok=True)

    def set_clock(self, off_us: int) -> None:
        """The wall clock is off by this from now on."""
        _write(self._clock, off_us)


class SmallDisk:
    """A file system of its own for the agent's folder, seen by this process and its children, gone with them.

    `mounted`: False where this may not be done (it takes root); then nothing is ever full.
    """

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._filler = folder / "filler"
        self.mounted = self._mount(size)

    def fill(self) -> None:
        """Not a byte is free."""
        with self._filler.open("ab", buffering=0) as filler:
            for block in (_BLOCK, 1):
                try:
                    while filler.write(bytes(block)) == block:
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        """There is room again."""
        self._filler.unlink(missing_ok=True)

    def close(self) -> None:
        """What lies on it is moved to the folder itself; then it is gone."""
        if self.mounted:
            self.free()
            kept = self._folder.with_name(f"{self._folder.name}.kept")
            shutil.copytree(self._folder, kept, ignore=shutil.ignore_patterns("*.sock"))
            subprocess.run(["umount", "--lazy", str(self._folder)], check=True, capture_output=True)  # noqa: S607
            self._folder.rmdir()
            kept.rename(self._folder)
            self.mounted = False

    def _mount(self, size: int) -> bool:
        libc = ctypes.CDLL(None)
        if os.geteuid() != 0 or libc.unshare(_CLONE_NEWNS) != 0:
            return False
        self._folder.mkdir(parents=True, exist_ok=True)
        private = subprocess.run(["mount", "--make-rprivate", "/"], check=False, capture_output=True)  # noqa: S607
        command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "edge-orch-chaos", str(self._folder)]
        return private.returncode == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0


def _write(path: Path, number: int) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(str(number))
    fresh.replace(path)
