from __future__ import annotations

import subprocess
import sys

NOT_IN_USE = {"aiohttp", "click", "paho", "http.client", "importlib.metadata", "yaml", "sqlglot", "sqlite_utils"}


def test_an_agent_imports_only_what_its_jobs_and_its_link_use() -> None:
    program = f"import sys, edge_orch_agent.main; print(*sorted({NOT_IN_USE} & sys.modules.keys()))"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == []
