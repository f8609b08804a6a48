"""`python -S launcher.py CORE SOURCE LOG COMMAND…`: runs one command, and prints what it took as JSON.

A process of its own, and a small one: what the kernel calls the most a child held counts from the fork, and would be
what its parent holds if that is more.
"""

import json
import os
import sys
import time


def main(core: str, source: str, log: str, *command: str) -> None:
    """See the module."""
    os.sched_setaffinity(0, {int(core)})
    told = (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    given = (os.POSIX_SPAWN_OPEN, 0, source, os.O_RDONLY, 0)
    began = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=[given, told, (os.POSIX_SPAWN_DUP2, 1, 2)])
    _, status, usage = os.wait4(child, 0)
    wall_s = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps([code, wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000]))


if __name__ == "__main__":
    main(*sys.argv[1:])
