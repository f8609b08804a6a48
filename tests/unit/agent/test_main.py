from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NOT_IN_USE = {"aiohttp", "click", "paho", "http.client", "importlib.metadata", "yaml", "sqlglot", "sqlite_utils"}


def test_an_agent_imports_only_what_its_jobs_and_its_link_use() -> None:
    program = f"import sys, edge_orch_agent.main; print(*sorted({NOT_IN_USE} & sys.modules.keys()))"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == []


def test_ctrl_c_while_it_becomes_itself_is_no_traceback(tmp_path: Path) -> None:
    program = (
        "import os, signal; from pathlib import Path; from edge_orch_agent import main; "
        "from edge_orch_agent.runtime import RunOptions; exec_, ours = os.execve, os.getpid(); "
        "os.execve = lambda *args: (os.kill(ours, signal.SIGINT), exec_(*args)); "
        f"main.become_agent(Path({str(tmp_path)!r}), RunOptions())"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, "")
