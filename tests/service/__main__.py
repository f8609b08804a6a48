"""`python -m tests.service`: what `make systemd` calls. Prints what was found; the last line is one object of JSON.

The unit of `edge-orch agent unit`, under a systemd booted for it: start, sandbox, watchdog, kill, stop, journal.
"""

from __future__ import annotations

import json
import re
import signal
import site
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from edge_orch_agent.unit import unit

from tests.service.device import COPIED, READINGS, enrolled
from tests.service.machine import Machine, Unavailable

ROOT = Path(__file__).parents[2]
UNIT = "edge-orch-agent.service"
PYTHON, PACKAGES, SOURCES = "/opt/python", "/opt/packages", "/opt/edge-orch"
PROGRAM = "/usr/local/bin/edge-orch"
# Where tests run, Python may lie in somebody's home, which the sandbox hides: it is shown at another place.
_PROGRAM = f"""\
#!/bin/sh
export LD_LIBRARY_PATH={PYTHON}/lib PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH={SOURCES}:{SOURCES}/agent:{PACKAGES}
exec {PYTHON}/bin/python{sys.version_info[0]}.{sys.version_info[1]} -m edge_orch.cli.main "$@"
"""
_SOONER = "[Service]\nWatchdogSec=3s\n"
STOP_S = 5.0


class Story:
    """Numbered records go in; what comes out is counted at the end."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.sent = 0
        self.found: dict[str, object] = {}

    def send(self, count: int) -> None:
        numbers = range(self.sent, self.sent + count)
        self.sent += count
        lines = "".join(f'{{"n":{number}}}\n' for number in numbers)
        assert self.machine.call("sh", "-c", f"printf '%s' '{lines}' >> {READINGS}") == (0, "")

    def copied(self) -> list[int]:
        text = self.machine.call("cat", COPIED)[1]
        return [int(number) for number in re.findall(r'"n":(\d+)', text)]

    def all_copied(self) -> bool:
        return len(self.copied()) >= self.sent

    @property
    def pid(self) -> int:
        return int(self.machine.property(UNIT, "MainPID"))

    def active(self) -> bool:
        return self.machine.property(UNIT, "ActiveState") == "active"

    def anew(self, before: int) -> bool:
        """Whether another process than `before` is at work."""
        return self.active() and self.pid not in (0, before)

    def starts(self) -> None:
        """`systemctl start` returns once the agent has said READY=1."""
        began = time.monotonic()
        code, said = self.machine.call("systemctl", "start", UNIT)
        assert code == 0, said + self.machine.call("journalctl", "-u", UNIT, "--no-pager")[1]
        self.found["start_s"] = round(time.monotonic() - began, 2)
        self.send(50)
        self.machine.until("records pass", self.all_copied)

    def is_confined(self) -> None:
        """What the unit promises, asked of the kernel."""
        pid = self.pid
        status = self.machine.call("cat", f"/proc/{pid}/status")[1]
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert int(fields["Uid"].split()[0]) >= 61184, "a dynamic user"
        assert (fields["CapEff"].strip("0"), fields["NoNewPrivs"], fields["Seccomp"]) == ("", "1", "2")
        for place in ("/etc", "/usr", "/srv", "/opt", "/var/lib", "/home", "/root", "/boot"):
            code, _ = self.machine.inside(pid, ["touch", f"{place}/written"])
            assert code != 0, f"{place} can be written"
        for place in ("/var/lib/edge-orch", "/run/edge-orch", "/tmp"):  # noqa: S108 -- its own
            code, said = self.machine.inside(pid, ["touch", f"{place}/written"])
            assert code == 0, said
        exposed = self.machine.call("systemd-analyze", "security", "--no-pager", UNIT)[1]
        self.found["exposure"] = float(re.findall(r"exposure level for .*: ([\d.]+)", exposed)[0])

    def is_started_anew_when_it_hangs(self) -> None:
        pid = self.pid
        self.machine.kill(pid, signal.SIGSTOP)
        took = self.machine.until("the watchdog has acted", partial(self.anew, pid))
        self.found["hang_to_new_start_s"] = round(took, 1)
        self.send(50)
        self.machine.until("records pass again", self.all_copied)

    def is_started_anew_when_it_is_killed(self) -> None:
        for _ in range(3):
            pid = self.pid
            self.send(200)
            self.machine.kill(pid, signal.SIGKILL)
            self.machine.until("it runs again", partial(self.anew, pid))
        self.machine.until("records pass again", self.all_copied)

    def stops_soon(self) -> None:
        self.send(500)
        began = time.monotonic()
        assert self.machine.call("systemctl", "stop", UNIT) == (0, "")
        self.found["stop_s"] = round(time.monotonic() - began, 2)
        assert time.monotonic() - began < STOP_S
        assert self.machine.property(UNIT, "Result") == "success"
        self.starts()
        copied = self.copied()
        assert sorted(set(copied)) == list(range(self.sent))
        self.found.update(sent=self.sent, lost=self.sent - len(set(copied)), duplicated=len(copied) - len(set(copied)))

    def tells_the_journal(self) -> None:
        """With its priorities, and without a time of its own."""
        lines = [json.loads(line) for line in self.machine.call("journalctl", "-u", UNIT, "-o", "json")[1].splitlines()]
        ours = [line for line in lines if str(line.get("MESSAGE", "")).startswith("source_started")]
        assert ours
        assert {line["PRIORITY"] for line in ours} == {"6"}
        said = [line for line in lines if line.get("_SYSTEMD_UNIT") == UNIT]
        assert not [line["MESSAGE"] for line in said if int(line["PRIORITY"]) < 4]
        self.found["journal_lines"] = len(said)


def main() -> int:
    """Tell the whole story; 1 if something is not as it should be, 4 where there can be no systemd."""
    files = {
        f"/etc/systemd/system/{UNIT}": unit(PROGRAM, [], "256M"),
        f"/etc/systemd/system/{UNIT}.d/sooner.conf": _SOONER,
        PROGRAM: _PROGRAM,
        READINGS: "",
    }
    shown = {Path(sys.base_prefix): PYTHON, Path(site.getsitepackages()[0]): PACKAGES, ROOT: SOURCES}
    with tempfile.TemporaryDirectory(prefix="edge-orch-") as folder:
        try:
            machine = Machine(Path(folder), files, shown)
        except Unavailable as error:
            print(f"no systemd of our own here: {error}", file=sys.stderr)
            return 4
        enrolled(machine.top / "var/lib/edge-orch")
        with machine:
            story = Story(machine)
            chapters: list[Callable[[], None]] = [
                story.starts,
                story.is_confined,
                story.is_started_anew_when_it_hangs,
                story.is_started_anew_when_it_is_killed,
                story.stops_soon,
                story.tells_the_journal,
            ]
            for chapter in chapters:
                chapter()
                print(f"ok: it {chapter.__name__.replace('_', ' ')}", flush=True)
            print(json.dumps(story.found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
