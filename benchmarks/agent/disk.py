"""A file system of the agent's own, so that all that is written to it, journal and all, is the agent's."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

SIZE = 1 << 30


class Disk:
    """An ext4 in a file, mounted at `folder`. Where that cannot be done (not root, no loop devices) there is none."""

    def __init__(self, image: Path, folder: Path) -> None:
        self._folder = folder
        self._count: Path | None = None
        if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
            return
        folder.mkdir(mode=0o700, parents=True)
        with image.open("wb") as file:
            file.truncate(SIZE)
        made = _done("mkfs.ext4", "-q", str(image)) and _done("mount", "-o", "loop", str(image), str(folder))
        if not made:
            folder.rmdir()
            return
        folder.chmod(0o700)
        (folder / "lost+found").rmdir()
        mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
        device = next(mount[0] for mount in mounts if mount[1] == str(folder))
        self._count = Path("/sys/fs/ext4", Path(device).name, "session_write_kbytes")

    def written(self) -> int | None:
        """Bytes that the file system has had written to its device since it was mounted; None if there is none."""
        if self._count is None:
            return None
        os.sync()
        return int(self._count.read_text()) * 1024

    def close(self) -> None:
        """Unmount."""
        if self._count is not None:
            _done("umount", "--lazy", str(self._folder))


def _done(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
