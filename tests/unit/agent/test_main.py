from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# What is here for the jobs in `jobs/` that read a bus and post to a server, over a WebSocket to the controller.
IN_USE = (
    "links.websocket",
    "sources.mqtt",
    "sources.file",
    "sinks.http",
    "sinks.webhook",
    "sinks.pagerduty",
    "sinks.file",
)
OURS = {"__main__", "edge_orch", "edge_orch_agent"}
OF_OTHERS = {
    *(
        "aiohttp",
        "aiohappyeyeballs",
        "aiosignal",
        "attr",
        "frozenlist",
        "multidict",
        "propcache",
        "yarl",
        "idna",
        "cython_runtime",
    ),
    *("automerge", "typing_extensions"),
    *("nacl", "_cffi_backend", "_sodium"),
    "isal",
    "msgspec",
    "paho",
}
# Of Python itself, what is large and of no use; http and email are there, but by way of paho.
TOO_LARGE = {"importlib.metadata", "unittest", "multiprocessing", "pydoc", "xml", "distutils", "http.server"}
LISTING = """
import importlib, sys
for module in sys.argv[1:]:
    importlib.import_module("edge_orch_agent." + module)
print(*sys.modules)
"""


def imported(*modules: str) -> set[str]:
    """Names of all modules; `.pth` files play no part."""
    command = [sys.executable, "-S", "-c", f"import sys; sys.path += {sys.path}\n{LISTING}", *modules]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_an_agent_with_usual_jobs_imports_nothing_that_is_not_listed() -> None:
    found = imported("main", *IN_USE)
    packages = {name for name in found - sys.stdlib_module_names if not name.startswith(("_sysconfigdata", "_cython"))}
    assert {name for name in packages if "." not in name} == OF_OTHERS | OURS
    assert not found & TOO_LARGE


def test_without_jobs_an_agent_imports_less() -> None:
    assert not imported("main") & {"aiohttp", "paho"}


def test_ctrl_c_while_it_becomes_itself_is_no_traceback(tmp_path: Path) -> None:
    program = (
        # Whoever runs the tests in the background may have had it ignored, and that is inherited.
        "import os, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from pathlib import Path; from edge_orch_agent import main; "
        "from edge_orch_agent.runtime import RunOptions; exec_, ours = os.execve, os.getpid(); "
        "os.execve = lambda *args: (os.kill(ours, signal.SIGINT), exec_(*args)); "
        f"main.become_agent(Path({str(tmp_path)!r}), RunOptions())"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, "")
