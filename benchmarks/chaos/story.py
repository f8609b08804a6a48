"""The rounds: each pulls a plug at the agent, and perhaps another one around it, while lines keep coming."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

from edge_orch_controller.demo.bus import listening
from edge_orch_controller.demo.child import Child
from edge_orch_controller.demo.fleet import dropped

from benchmarks.chaos.faults import Inside, SmallDisk
from benchmarks.chaos.job import TEXT
from benchmarks.chaos.oracle import Account, judge
from benchmarks.chaos.publisher import Publisher
from benchmarks.chaos.sink import Manner, Sink
from benchmarks.plant import Plant
from edge_orch.errors import EdgeOrchError
from edge_orch.time import SECOND

DISK_BYTES = 64 << 20
STATEMENTS = 150
"""How far into its commits a process may die by itself: some ten commits."""
CRASH_WITHIN_S = 10.0
CLOCKS = (("an hour ahead", 3_600 * SECOND), ("an hour behind", -3_600 * SECOND), ("in 1970", 0))
MOMENT_S = 3.0
"""How long a kill waits for its moment; then it comes anyway."""
FINALE_S = 90.0
SETTLE_S = 2.0
"""After everything has arrived: time for what must not come any more."""


class Chaos:
    """One run. `counts` says how often each thing was done."""

    def __init__(self, folder: Path, inside: Inside, seed: int, rate: float) -> None:
        self.plant = Plant(folder)
        self.disk = SmallDisk(self.plant.member.folder, DISK_BYTES)
        self._inside = inside
        self.sink = Sink()
        self.publisher = Publisher(self.plant.bus.port, rate)
        self.counts: Counter[str] = Counter()
        self.drops = 0
        self._random = random.Random(seed)  # noqa: S311 -- a play, not a secret
        self._database = self.plant.member.folder / "agent.db"

    async def run(self, rounds: int) -> Account:
        """Set up, `rounds` rounds, let everything arrive, judge. Raises `EdgeOrchError` when a part cannot work."""
        try:
            return await self._play(rounds)
        finally:
            await asyncio.to_thread(self.disk.close)

    async def _play(self, rounds: int) -> Account:
        async with self.plant as plant:
            await self.sink.start()
            publishing = asyncio.create_task(self.publisher.run())
            try:
                await plant.start_agent({"sink_url": f"http://127.0.0.1:{self.sink.port}"})
                await plant.roll_out(TEXT)
                await plant.until("a probe arrives", self._probe_arrived, 20)
                self.publisher.resume()
                for _ in range(rounds):
                    await self._round()
                return await self._finale()
            finally:
                publishing.cancel()
                await asyncio.gather(publishing, return_exceptions=True)
                await self.sink.stop()

    async def _probe_arrived(self) -> bool:
        self.publisher.probe()
        return bool(self.sink.taken.lines)

    async def _round(self) -> None:
        faults: list[tuple[float, Callable[[], Coroutine[Any, Any, None]]]] = [
            (0.12, lambda: self._misbehave(Manner.REFUSES)),
            (0.24, lambda: self._misbehave(Manner.FORGETS)),
            (0.34, self._restart_sink),
            (0.44, self._restart_bus),
            (0.56, self._set_clock),
            (0.68, self._fill_disk),
        ]
        chance = self._random.random()
        fault = next((fault for bound, fault in faults if chance < bound), None)
        around = asyncio.create_task(fault()) if fault else None
        moment = self._random.choice(("any", "request", "answer", "write", "statement"))
        if moment == "statement":
            self._inside.crash_at(self._random.randint(1, STATEMENTS))
        await self._work(self._random.choice((0.0, 0.3, 1.0, 2.0)))
        if moment == "statement":
            await self._kill("any")
            await self._die_by_itself()
        else:
            await self._kill(moment)
        if around is not None:
            await around

    async def _work(self, most_s: float) -> None:
        """Let the agent live for a while; 0 pulls the plug while it still starts."""
        await asyncio.sleep(self._random.uniform(most_s / 2, most_s))

    async def _kill(self, moment: str) -> None:
        agent = self.plant.agent
        starts, now = agent.starts, asyncio.Event()
        if moment == "request":
            self.sink.on_request = now.set
        elif moment == "answer":
            self.sink.on_answer = now.set
        try:
            async with asyncio.timeout(self._random.uniform(0, 1) if moment == "any" else MOMENT_S):
                await (self._written() if moment == "write" else now.wait())
        except TimeoutError:
            moment = "any"
        self.sink.on_request = self.sink.on_answer = _nothing
        gently = self._random.random() < 0.1
        self.counts["stops" if gently else "kills"] += 1
        self.counts[f"at {moment}"] += 1
        await self._again(agent, starts, signal.SIGTERM if gently else signal.SIGKILL)

    async def _written(self) -> None:
        """Until the database's log changes: the agent is in the middle of a commit, or just behind it."""
        log = self._database.with_name("agent.db-wal")
        before = _stamp(log)
        while _stamp(log) == before:
            await asyncio.sleep(0.0005)
        await asyncio.sleep(self._random.choice((0, 0, 0.001, 0.003, 0.01)))

    async def _die_by_itself(self) -> None:
        """The process that was started last ends itself between two statements of a commit."""
        agent = self.plant.agent
        starts = agent.starts
        until = time.monotonic() + CRASH_WITHIN_S
        while agent.starts == starts and time.monotonic() < until:
            await asyncio.sleep(0.05)
        self._inside.cancel()
        if agent.starts > starts:
            self.counts["kills"] += 1
            self.counts["at a statement of a commit"] += 1

    async def _set_clock(self) -> None:
        name, off_us = self._random.choice(CLOCKS)
        self.counts[f"clock {name}"] += 1
        self._inside.set_clock(off_us or -time.time_ns() // 1000 + 60 * SECOND)
        await asyncio.sleep(self._random.uniform(0.5, 3.0))
        self._inside.set_clock(0)

    async def _fill_disk(self) -> None:
        if not self.disk.mounted:
            self.counts["disk not filled: a file system of its own takes root"] += 1
            return
        self.counts["disk full"] += 1
        await asyncio.to_thread(self.disk.fill)
        await asyncio.sleep(self._random.uniform(0.5, 3.0))
        self.disk.free()

    async def _misbehave(self, manner: Manner) -> None:
        self.counts[manner.value] += 1
        self.sink.manner = manner
        await asyncio.sleep(self._random.uniform(0.5, 3.0))
        self.sink.manner = Manner.WELL

    async def _restart_sink(self) -> None:
        self.counts["sink restarts"] += 1
        await self.sink.stop()
        await asyncio.sleep(self._random.uniform(0.2, 2.0))
        await self.sink.start()

    async def _restart_bus(self) -> None:
        self.counts["bus restarts"] += 1
        await self.publisher.pause()
        child = self.plant.bus.child
        await self._again(child, child.starts, signal.SIGTERM)
        await self.plant.until("the bus is back", lambda: listening(self.plant.bus.port), 15)
        self.publisher.resume()

    async def _again(self, child: Child, starts: int, number: signal.Signals) -> None:
        """Signal what runs, and wait until its successor does."""
        if child.starts == starts and child.pid is not None:
            if number is signal.SIGKILL:
                child.kill()
            else:
                os.kill(child.pid, number)

        async def back() -> bool:
            return child.starts > starts and child.pid is not None

        await self.plant.until(f"{child.name} is back", back, 20)

    async def _finale(self) -> Account:
        """Everything works again: what was sent must arrive now."""
        await self.publisher.pause()
        self.publisher.last()
        until = time.monotonic() + FINALE_S
        while (account := self._judge()).lost and time.monotonic() < until:
            await asyncio.sleep(0.5)
        await asyncio.sleep(SETTLE_S)
        self.drops = dropped(self.plant.member)
        return self._judge() if not account.lost else account

    def _judge(self) -> Account:
        return judge(self.publisher.sent, self.publisher.begin_s, self.sink.taken, self._dead())

    def _dead(self) -> list[bytes]:
        try:
            with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=5)) as connection:
                return [raw for (raw,) in connection.execute("SELECT raw FROM dead")]
        except sqlite3.Error as error:
            raise EdgeOrchError(f"cannot read {self._database}: {error}") from error


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _nothing() -> None:
    """Nobody waits for a moment."""
