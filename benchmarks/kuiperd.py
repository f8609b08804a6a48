"""eKuiper's `kuiperd`: a process of its own in one folder, on loopback, told what to do over its REST API."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edge_orch_controller.demo.bus import free_port

from edge_orch.errors import EdgeOrchError, Problem, Unavailable

POLL_S = 0.1
START_S = 15.0
STOP_S = 20.0
NEVER_ROLLED = 1 << 50
"""Bytes. Without it the file sink begins its file anew after a million records."""


def present() -> bool:
    """Whether it is installed."""
    return shutil.which("kuiperd") is not None


class Kuiperd:
    """One at work; `sources` maps a kind of source to its settings. Use as `with`.

    It starts again with what it knows (`start` after `kill`). Raises `Unavailable` if it does not come up, and
    `EdgeOrchError` with its own words when it refuses a stream or a rule.
    """

    def __init__(self, folder: Path, sources: Mapping[str, Mapping[str, Any]]) -> None:
        self._folder = folder
        self._url = f"http://127.0.0.1:{free_port()}"
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("etc/sources", "etc/connections", "etc/functions", "data", "log", "plugins"):
            (folder / name).mkdir(parents=True)
        (folder / "etc/kuiper.yaml").write_text(json.dumps(self._settings()))  # JSON is YAML
        for kind, settings in sources.items():
            place = "mqtt_source" if kind == "mqtt" else f"sources/{kind}"
            (folder / f"etc/{place}.yaml").write_text(json.dumps({"default": settings}))

    def __enter__(self) -> Kuiperd:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """While it runs."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Until it answers."""
        folders = [each for name in ("etc", "data", "log", "plugins") for each in (f"-{name}", self._folder / name)]
        with (self._folder / "log/kuiperd.log").open("ab") as log:
            command = ["kuiperd", "-loadFileType", "absolute", *folders]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        until = time.monotonic() + START_S
        while time.monotonic() < until and self._process.poll() is None:
            try:
                self._call("GET", "/")
            except urllib.error.URLError:
                time.sleep(POLL_S)
            else:
                return
        raise Unavailable(Problem("kuiperd does not answer", next_step=f"read {self._folder}/log/kuiperd.log"))

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def create_stream(self, sql: str) -> None:
        """`CREATE STREAM …`."""
        self._call("POST", "/streams", {"sql": sql})

    def create_rule(self, name: str, sql: str, path: Path, *, fields: Sequence[str] = (), **options: Any) -> None:
        """From now on it writes what `sql` selects to the file, a line of JSON each; nothing is thrown away.

        Its default throws the oldest away when a step is slower than the one before.
        """
        file = {"path": str(path), "fileType": "lines", "format": "json", "sendSingle": True}
        file |= {"rollingSize": NEVER_ROLLED, "rollingCount": 0} | ({"fields": list(fields)} if fields else {})
        options = {"disableBufferFullDiscard": True, **options}
        self._call("POST", "/rules", {"id": name, "sql": sql, "actions": [{"file": file}], "options": options})

    def status(self, rule: str) -> dict[str, Any]:
        """What it says of the rule: `status`, `message`, and counts by step."""
        told: dict[str, Any] = json.loads(self._call("GET", f"/rules/{rule}/status"))
        return told

    def stop_rule(self, rule: str) -> None:
        """The file sink then writes what it still holds."""
        self._call("POST", f"/rules/{rule}/stop")

    def _settings(self) -> dict[str, Any]:
        port = int(self._url.rpartition(":")[2])
        logs = {"logLevel": "error", "consoleLog": True, "fileLog": False}
        listens = {"restIp": "127.0.0.1", "restPort": port, "ip": "127.0.0.1", "port": free_port(), "pprof": False}
        return {
            "basic": {**logs, **listens, "timezone": "UTC"},
            "source": {"httpServerIp": "127.0.0.1", "httpServerPort": free_port()},
            "store": {"type": "sqlite", "extStateType": "sqlite"},
        }

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 -- loopback
            self._url + path, method=method, data=data, headers={"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=START_S) as response:  # noqa: S310 -- loopback
                answer: bytes = response.read()
                return answer
        except urllib.error.HTTPError as error:
            raise EdgeOrchError(f"kuiperd refuses {method} {path}: {error.read().decode(errors='replace')}") from error
