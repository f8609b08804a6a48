"""A real driver, store, sources and sinks in one process, and a controller that wants another version all the time."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import msgspec
from edge_orch_agent.clock import SystemClock
from edge_orch_agent.core.agent_core import AgentCore
from edge_orch_agent.core.events import ArtifactFailed, ArtifactFetched
from edge_orch_agent.core.identity import AgentIdentity
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.driver import CONTROLLER, Driver
from edge_orch_agent.flight_recorder import FlightRecorder
from edge_orch_agent.guard import ProcessGuard
from edge_orch_agent.http_client import HttpClient
from edge_orch_agent.references import Resolver
from edge_orch_agent.sinks.registry import SinkFactory
from edge_orch_agent.sources.registry import SourceFactory
from edge_orch_agent.store.port import ARCHIVED
from edge_orch_agent.store.sqlite_store import SqliteStore

from edge_orch.plan.plan import digest, encode_plan
from edge_orch.time import MILLISECOND, SECOND
from edge_orch.trust.envelope import sign_plan
from edge_orch.trust.keys import PrivateKey
from edge_orch.trust.seal import open_sealed, seal
from edge_orch.twin.commands import SyncMessage
from edge_orch.twin.facts import Desired
from edge_orch.wire.link import LinkHandler
from edge_orch.wire.messages import decode_message, encode_message
from tests.unit.agent.core.controller import AGENT, KEY, Controller, _compiled

_DEVICE_KEY = PrivateKey(b"d" * 32)
_HEAD = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: press}
spec:
  source: SOURCE
  steps:
    - name: parsed
      schematize: {json: {}, fields: {n: int, temp_c: float}}
    - name: sums
      aggregate: {window: {count: 7}, compute: {n: count(*), hottest: max(temp_c)}}
    - name: hot
      from: parsed
      alert: {when: temp_c > LIMIT, severity: warning, summary: 'hot', notify: [people]}
  outputs:
    raw: {from: parsed, to: lake}
    sums: {from: sums, to: lake}
  sinks:
    lake: {file: {path: 'FOLDER/out'}}
    people: {file: {path: 'FOLDER/told'}}
"""
TABLES = (
    *("position", "state", "segment", "cursor", "change", "dead", "ledger", "slot", "envelope"),
    *("dropped", "epoch", "wear", "twin_epoch", "archive", "replay"),
)
"""All but lineage, which keeps a number of commits and no more, and what makes it, which goes with it."""
MOST_ROWS = {"ledger": 320, "change": 1_000, "archive": ARCHIVED}
"""Of tables that grow up to a bound of their own."""


MOST_THREADS = 2 + min(32, (os.cpu_count() or 1) + 4)
"""The guard's, the store's, and asyncio's pool, which grows when so much is asked at once."""


class Held(msgspec.Struct, frozen=True):
    """What the process holds on to. `threads`: beyond those it began with; `rss`: bytes; `objects`: that the collector
    knows.
    """

    descriptors: int
    threads: int
    rss: int
    objects: int
    rows: dict[str, int]

    def grown(self, before: Held) -> list[str]:
        """What it holds more of than before, beyond what every reload holds for a while."""
        found = ["descriptors"] if self.descriptors > before.descriptors else []
        found += ["threads"] if self.threads > max(before.threads, MOST_THREADS) else []
        tables = [name for name, rows in self.rows.items() if rows > MOST_ROWS.get(name, before.rows[name] + 2)]
        return [*found, *tables, *(["objects"] if self.objects > 1.05 * before.objects else [])]


class Reloads:
    """Use as `async with`, on the main thread. Kinds of sources take turns; every fourth version has another rule."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._others = _threads()
        self._controller = Controller()
        self._version = 0
        self._port = _free_port()
        self._sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        clock, client = SystemClock(), HttpClient()
        self._store = SqliteStore(folder / "agent.db", ballast_bytes=4096)
        self._guard = ProcessGuard(FlightRecorder(folder / "flight"))
        settings = Settings(
            commit_after_us=20 * MILLISECOND,
            quiet_us=5 * MILLISECOND,
            have_every_us=SECOND,
            probation_us=5 * MILLISECOND,
            roll_bytes=4 << 10,
        )
        identity = AgentIdentity(AGENT, {}, "1.0", "0.1.0", clock.boot, b"soak" * 2, (KEY.public,), seed=1)
        self.core = AgentCore(identity, self._store.load(), settings, lambda _name: None, self._guard)
        self._link = _Link(self._controller)
        self._driver = Driver(
            self.core,
            self._store,
            agent=AGENT,
            key=_DEVICE_KEY,
            controller_key=KEY.public,
            clock=clock,
            link=self._link,
            artifacts=_Artifacts(self._controller),  # type: ignore[arg-type] # the controller is in this process
            sources=SourceFactory(AGENT, None, clock.now),
            sinks=SinkFactory(AGENT, None, client, lambda _name: None, clock.now),
            resolver=Resolver(lambda _name: None, {}),
        )

    async def __aenter__(self) -> Reloads:
        self._guard.start()
        self._running = asyncio.create_task(self._driver.run())
        await self._until(lambda: self.core.twin.linked)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._driver.stop()
        await self._running
        self._guard.stop()
        self._store.close()
        self._sender.close()

    async def reload(self) -> None:
        """Another version runs, and has taken in some records."""
        self._version += 1
        self._want(self._version)
        self._link.tell()
        await self._until(lambda: self._runs(self._version))
        lines = b"".join(b'{"n":%d,"temp_c":%d}\n' % (n, temp_c) for n, temp_c in enumerate((80, 99, 80, 99, 80)))
        with (self._folder / "in").open("ab") as file:
            file.write(lines)
        self._sender.sendto(lines.splitlines()[0], ("127.0.0.1", self._port))
        if self._version % 50 == 0:
            (self._folder / "in").unlink()  # so that it stays short
            await self.settled()  # a twin begins anew when both sides have said everything

    async def settled(self) -> Held:
        """What is held once nothing is under way."""
        await self._until(self._idle)
        await asyncio.sleep(0.05)
        gc.collect()
        database = self._store._database
        return Held(
            descriptors=len(list(Path("/proc/self/fd").iterdir())),
            threads=_threads() - self._others,
            rss=int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"),
            objects=len(gc.get_objects()),
            rows={table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES},  # noqa: S608 (ours)
        )

    def _idle(self) -> bool:
        """Whether everything is delivered, and the disk knows it."""
        unsaid = self.core.commits.flight is not None or self.core.work.gathered.freeing
        return not self.core.outbox.streams() and not unsaid

    def _want(self, version: int) -> None:
        """As `Controller.desire`, without compiling each."""
        source = "{file: {path: 'FOLDER/in'}}" if version % 4 else "{udp: {listen: '127.0.0.1:PORT'}}"
        text = _HEAD.replace("SOURCE", source).replace("LIMIT", str(90 + version // 4 % 5))
        text = text.replace("FOLDER", str(self._folder)).replace("PORT", str(self._port))
        plan = msgspec.structs.replace(_compiled(text), labels={"version": str(version)})
        data = encode_plan(plan)
        self._controller.envelopes[digest(data)] = sign_plan(KEY, plan.name, version, data)
        self._controller.write(Desired(plan.name, version, version, digest(data), "r1"))

    def _runs(self, version: int) -> bool:
        running = self.core.jobs.running.get("press")
        return running is not None and running.slot.version == version

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not holds():
                await asyncio.sleep(0.001)


class _Link:
    """The controller at the other end of a wire that never breaks."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._handler: LinkHandler

    async def run(self, handler: LinkHandler) -> None:
        self._handler = handler
        handler.link_up()
        await asyncio.Event().wait()

    def send(self, payload: bytes) -> bool:
        message = decode_message(open_sealed(payload, {AGENT: _DEVICE_KEY.public}.get).body)
        if isinstance(message, SyncMessage):
            for answer in self._controller.received(message):
                self._hand_in(answer)
        return True

    def tell(self) -> None:
        """The controller has something new to say."""
        for message in self._controller._answers(self._controller.session.open()):
            self._hand_in(message)

    def _hand_in(self, message: SyncMessage) -> None:
        payload = seal(KEY, CONTROLLER, encode_message(message))
        asyncio.get_running_loop().call_soon(self._handler.message_received, payload)


class _Artifacts:
    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    async def fetch(self, digest: str) -> ArtifactFetched | ArtifactFailed:
        envelope = self._controller.envelopes.pop(digest, None)
        return ArtifactFetched(digest, envelope) if envelope else ArtifactFailed(digest, "unknown")


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))
