"""The controller under test: a real process on SQLite, whose store knows the whole fleet before it starts."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from edge_orch_controller.core.records import Agent
from edge_orch_controller.data_folder import ControllerFolder
from edge_orch_controller.demo.bus import Bus, listening
from edge_orch_controller.demo.child import Child
from edge_orch_controller.store.rows import REPLACE_AGENT, agent_row
from edge_orch_controller.store.sqlite_file import transaction
from edge_orch_controller.store.sqlite_store import SqliteStore

from benchmarks.process import children, cpu_s, memory, peak_rss
from edge_orch.cli.client import Client
from edge_orch.errors import Unavailable
from edge_orch.trust.keys import PublicKey
from edge_orch.wire.api import ApplyRequest, ApplyResult, RolloutView

COMMAND = (sys.executable, "-P", "-m", "edge_orch.cli.main")
JOB = """\
apiVersion: edge-orch/v1
kind: Job
metadata: {{name: bench}}
spec:
  source: {{mqtt: {{topic: factory/raw}}}}
  steps:
    - schematize:
        json: {{}}
        fields: {{n: int, temp_c: float}}
    - filter: temp_c > {limit}
  outputs: {{hot: {{from: filter, to: lake}}}}
  sinks:
    lake: {{http: {{url: 'http://127.0.0.1:9/hot'}}}}
"""
_POLL_S = 0.05
_START_S = 60.0


class Centre:
    """Use as `async with`, once the fleet is known."""

    def __init__(self, folder: Path, keys: dict[str, PublicKey], bus: Bus, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.bus = bus
        self._folder = ControllerFolder(folder / "controller")
        self._keys = keys
        serve = ("controller", "serve", "--data", str(folder / "controller"), "--port", str(port))
        mqtt = ("--mqtt", f"mqtt://127.0.0.1:{bus.port}", "--log-level", "warning")
        self._child = Child("controller", [*COMMAND, *serve, *mqtt], folder / "controller.log")
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def public_key(self) -> PublicKey:
        return self._folder.key(make=False).public

    def enrol(self) -> None:
        """Write the whole fleet into its store in one transaction: enrolment is not what is measured."""
        with self._folder.locked():
            self._folder.key(make=True)
            SqliteStore(self._folder.database).close()
            store = SqliteStore(self._folder.database)
            with transaction(store._db, self._folder.database) as db:
                rows = [
                    agent_row(Agent(name, key.to_bytes(), {"role": "press"}, 0)) for name, key in self._keys.items()
                ]
                db.executemany(REPLACE_AGENT, rows)
            store.close()

    async def __aenter__(self) -> Centre:
        self._tasks = [asyncio.create_task(self.bus.run()), asyncio.create_task(self._child.run())]
        async with asyncio.timeout(_START_S):
            for port in (self.bus.port, self.port):
                while not await listening(port):
                    await asyncio.sleep(_POLL_S)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(self._child.stop(), self.bus.stop())
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def apply(self, limit: int) -> ApplyResult:
        """Apply a version of the job whose filter has this limit."""
        request = ApplyRequest(JOB.format(limit=limit))
        return await asyncio.to_thread(lambda: self._client().post(request, "jobs", shape=ApplyResult))

    async def rollout(self, name: str) -> RolloutView:
        """How far a rollout has come."""
        return await asyncio.to_thread(lambda: self._client().get(RolloutView, "rollouts", name))

    def _client(self) -> Client:
        return Client(self.url, token=self._folder.admin_token.read_text().strip())

    def cpu_s(self) -> float:
        """Processor time that the controller's main process has taken; most of it on one thread, so on one core."""
        return cpu_s(self._pid())

    def helpers_cpu_s(self) -> float:
        """Processor time that the processes which it started have taken: the screen."""
        return sum(map(cpu_s, children(self._pid())))

    def rss_mb(self) -> float:
        """What is resident now in all its processes, in MiB; what they share counts twice."""
        return round(sum(memory(pid).rss for pid in (self._pid(), *children(self._pid()))), 1)

    def peak_mb(self) -> float:
        """The most that was resident in each of its processes, added up, in MiB."""
        return round(sum(map(peak_rss, (self._pid(), *children(self._pid())))), 1)

    def _pid(self) -> int:
        pid = self._child.pid
        if pid is None or self._child.starts > 1:
            raise Unavailable("the controller died: see controller.log")
        return pid
