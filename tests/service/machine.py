"""A systemd of our own: PID 1 of its own namespaces, gone with them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType

GROUPS = (Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup"))
NAME = f"edge-orch-test-{os.getpid()}"
PATIENCE_S = 30.0
_TARGET = """\
[Unit]
Description=Only what the test asks for
Requires=sysinit.target
After=sysinit.target
"""


class Unavailable(Exception):
    """No systemd can be started here, and why."""


class Machine:
    """Use as a context manager; everything of it ends with it.

    `folder`: an empty one. `files`: path → text, put over this machine's own. `shown`: folder here → folder there.
    """

    def __init__(self, folder: Path, files: Mapping[str, str], shown: Mapping[Path, str]) -> None:
        self._place, self._top = folder / "place", folder / "top"
        self._place.mkdir()
        for path, text in {**files, "/etc/systemd/system/edge-orch-test.target": _TARGET}.items():
            file = self._top / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            file.chmod(0o755)
        self._shown = [f"{here}={there}" for here, there in shown.items()]
        self._process: subprocess.Popen[bytes] | None = None
        self._systemd = 0
        group = next((place for place in GROUPS if (place / "cgroup.procs").exists()), None)
        if (
            os.geteuid()
            or group is None
            or shutil.which("unshare") is None
            or not Path("/lib/systemd/systemd").exists()
        ):
            raise Unavailable("it takes root, cgroup v2, unshare (util-linux) and systemd")
        self._group = group / NAME

    @property
    def top(self) -> Path:
        """What is put over this machine's files; add to it before the start."""
        return self._top

    def __enter__(self) -> Machine:
        self._group.mkdir()
        script = Path(__file__).with_name("root.sh")
        unshare = ["unshare", "--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--fork", "--kill-child"]
        # A cgroup of its own first: what systemd sees as the root of all groups is this one.
        join = f'echo $$ > {self._group}/cgroup.procs && exec "$@"'
        self._process = subprocess.Popen(
            ["sh", "-c", join, "sh", *unshare, "sh", str(script), str(self._place), str(self._top), *self._shown]
        )
        try:
            self.until("systemd is up", lambda: self._found() and self._up())
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()  # takes PID 1 of the namespace along, and that everything in it
            self._process.wait()
        for folder in [*sorted(self._group.rglob("*/"), reverse=True), self._group]:
            self.until(f"{folder} is empty", partial(_removed, folder))

    def call(self, *command: str) -> tuple[int, str]:
        """Run a command in there, as root; its exit code, and what it said."""
        into = ["nsenter", "-t", str(self._systemd), "-m", "-p", "-u", "-i", "-n", "-C"]
        done = subprocess.run([*into, *command], capture_output=True, text=True, check=False, timeout=2 * PATIENCE_S)
        return done.returncode, (done.stdout + done.stderr).strip()

    def property(self, unit: str, name: str) -> str:
        """One property of a unit."""
        return self.call("systemctl", "show", "--value", "-p", name, unit)[1]

    def inside(self, pid: int, command: Sequence[str]) -> tuple[int, str]:
        """Run a command where the process lives: its mounts, its user."""
        uid = self.call("stat", "-c", "%u", f"/proc/{pid}")[1]
        return self.call("nsenter", "-t", str(pid), "-m", "-S", uid, "-G", uid, *command)

    def kill(self, pid: int, number: signal.Signals) -> None:
        """`pid` as it is known in there."""
        self.call("kill", f"-{number.value}", str(pid))

    def until(self, what: str, holds: Callable[[], object], within_s: float = PATIENCE_S) -> float:
        """Wait until `holds()`; the seconds it took. Raises `AssertionError`."""
        began = time.monotonic()
        while not holds():
            assert time.monotonic() - began < within_s, f"not within {within_s:g} s: {what}"
            time.sleep(0.05)
        return time.monotonic() - began

    def _up(self) -> bool:
        return self.call("systemctl", "is-active", "edge-orch-test.target") == (0, "active")

    def _found(self) -> bool:
        """PID 1 of the namespace: the one child of `unshare`, once it has become systemd."""
        assert self._process is not None
        assert self._process.poll() is None, "systemd ended"
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if children and Path(f"/proc/{children[0]}/comm").read_text().strip() == "systemd":
            self._systemd = int(children[0])
        return bool(self._systemd)


def _removed(group: Path) -> bool:
    try:
        group.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
