"""The two that do eKuiper's published case: our agent, and `kuiperd`."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Protocol

from benchmarks.agent.bench import Bench
from benchmarks.agent.jobs import KUIPER
from benchmarks.kuiperd import Kuiperd

SQL = "SELECT * FROM demo WHERE temperature > 50"
STREAM = 'CREATE STREAM demo () WITH (TYPE="mqtt", FORMAT="json", DATASOURCE="{}")'
CHECKPOINT = "1s"


class Reader(Protocol):
    """Reads `topic` and writes what is warm to `file`."""

    name: str
    topic: str
    file: Path
    acknowledges: str
    """When the broker may forget a message: what the speed is to be seen beside."""

    @property
    def pid(self) -> int: ...

    async def start(self) -> None:
        """Until it is at work; again, after `kill`."""
        ...

    async def be_safest(self) -> None:
        """From now on with the settings that lose least, whatever they cost; `file` may be another then."""
        ...

    async def written(self) -> int:
        """Rows that have left its file sink; what has left may still be on its way to the disk."""
        ...

    async def kill(self) -> None:
        """SIGKILL."""
        ...

    async def finish(self) -> None:
        """Until everything written is in the file."""
        ...


class Ours:
    """The bench's agent. There is one way to run it."""

    name, topic = "agent", "bench/kuiper"
    acknowledges = "after the commit"

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.file = bench.folder / "kuiper.out"

    @property
    def pid(self) -> int:
        return self._bench.pid

    async def start(self) -> None:
        await self._bench.plant.roll_out(KUIPER)

    async def be_safest(self) -> None: ...

    async def written(self) -> int:
        return self.file.read_bytes().count(b"\n") if self.file.exists() else 0

    async def kill(self) -> None:
        starts = self._bench.plant.agent.starts
        self._bench.plant.agent.kill()

        async def again() -> bool:
            return self._bench.plant.agent.starts > starts

        await self._bench.plant.until("the agent is started again", again, 20)

    async def finish(self) -> None: ...


class Theirs:
    """`kuiperd`, MQTT 3.1.1 as is its default. Its fast rule has its defaults but that it may drop nothing.

    The safe one has checkpoints as well, for «at least once». A session is kept by the broker for both.
    """

    name, topic = "kuiperd", "bench/kuiperd"
    acknowledges = "once read"

    def __init__(self, folder: Path, port: int) -> None:
        mqtt = {"server": f"tcp://127.0.0.1:{port}", "qos": 1, "protocolVersion": "3.1.1"}
        self._kuiperd = Kuiperd(folder, {"mqtt": {**mqtt, "clientid": "kuiperd", "enableClientSession": True}})
        self._rule = ""
        self.file = folder / "fast.ndjson"

    @property
    def pid(self) -> int:
        return self._kuiperd.pid

    async def start(self) -> None:
        await asyncio.to_thread(self._kuiperd.start)
        if not self._rule:
            self._rule = "fast"
            await asyncio.to_thread(self._kuiperd.create_stream, STREAM.format(self.topic))
            await asyncio.to_thread(self._kuiperd.create_rule, self._rule, SQL, self.file)

    async def be_safest(self) -> None:
        self._rule, self.file = "safe", self.file.with_name("safe.ndjson")
        checkpoints = partial(self._kuiperd.create_rule, qos=1, checkpointInterval=CHECKPOINT)
        await asyncio.to_thread(checkpoints, self._rule, SQL, self.file)

    async def written(self) -> int:
        status = await asyncio.to_thread(self._kuiperd.status, self._rule)
        return int(status.get("sink_file_0_0_records_out_total", 0))

    async def kill(self) -> None:
        await asyncio.to_thread(self._kuiperd.kill)

    async def finish(self) -> None:
        await asyncio.to_thread(self._kuiperd.stop_rule, self._rule)

    async def stop(self) -> None:
        """End it."""
        await asyncio.to_thread(self._kuiperd.stop)
