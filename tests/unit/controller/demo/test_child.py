"""Children are restarted, stopped, and die with their parent."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from edge_orch_controller.demo import child as child_module
from edge_orch_controller.demo.child import Child

from edge_orch.errors import EdgeOrchError

SLEEPER = [sys.executable, "-S", "-c", "import time; print('hello', flush=True); time.sleep(600)"]


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


async def test_a_killed_child_starts_again_and_a_stopped_one_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "RESTART_AFTER_S", 0)
    child = Child("sleeper", SLEEPER, tmp_path / "log")
    task = asyncio.create_task(child.run())
    await until(lambda: child.last_words() == "hello")
    first = child.pid
    child.kill()
    await until(lambda: child.starts == 2 and child.pid not in (None, first))
    await child.stop()
    await task
    assert child.pid is None
    assert child.starts == 2


async def test_a_child_that_cannot_live_is_given_up_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "RESTART_AFTER_S", 0)
    monkeypatch.setattr(child_module, "TOO_OFTEN", 2)
    child = Child("weak", [sys.executable, "-S", "-c", "raise SystemExit('no air')"], tmp_path / "log")
    with pytest.raises(EdgeOrchError, match="weak cannot stay alive\n  found: no air"):
        await child.run()


async def test_a_child_that_is_killed_again_and_again_is_not_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "RESTART_AFTER_S", 0)
    monkeypatch.setattr(child_module, "TOO_OFTEN", 2)
    child = Child("sleeper", SLEEPER, tmp_path / "log")
    task = asyncio.create_task(child.run())
    for start in range(1, 5):
        await until(lambda start=start: child.starts == start and child.pid)  # type: ignore[misc]
        child.kill()
    await until(lambda: child.starts == 5)
    await child.stop()
    await task


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills children with their parent")
async def test_children_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys; from pathlib import Path; from edge_orch_controller.demo.child import Child\n"
        f"child = Child('sleeper', {SLEEPER!r}, Path({str(tmp_path / 'log')!r}))\n"
        "async def main():\n"
        "    task = asyncio.create_task(child.run())\n"
        "    while child.pid is None: await asyncio.sleep(0.01)\n"
        "    print(child.pid, flush=True)\n"
        "    await task\n"
        "asyncio.run(main())"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
    await until(lambda: not alive(pid))
