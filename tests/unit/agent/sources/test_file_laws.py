"""Whatever is rotated, and whenever the agent looks or stops: each line of a pattern's files comes exactly once."""

from __future__ import annotations

import asyncio
import selectors
import shutil
import tempfile
from pathlib import Path
from typing import Any

from edge_orch_agent.core.events import BatchRead, SourceFailed
from edge_orch_agent.sources.file import FileSource
from edge_orch_agent.sources.follower import FINISHED
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.source_contract import NOW, records_of, stored

SETTLED_S = 30
"""Of the loop's time: a name that was held is looked at again every two seconds."""


class _NoWaiting(selectors.SelectSelector):
    """Instead of waiting it lets the loop's time go on."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        self.now += 0 if ready else timeout or 0
        return ready


def simulated_loop() -> asyncio.AbstractEventLoop:
    """Real files, simulated time."""
    selector = _NoWaiting()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign] # the only way to give a loop another clock
    return loop


class Plant:
    """A folder in which one log is written and rotated, and an agent that reads all of its generations."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log"
        self.pattern = folder / "log*"
        self.written: list[bytes] = []
        self.durable: list[bytes] = []
        self._positions: dict[str, bytes] = {}
        self._read: list[BatchRead] = []
        self._source: FileSource | None = None

    async def append(self, count: int) -> None:
        lines = [b"%d" % number for number in range(len(self.written), len(self.written) + count)]
        with self.log.open("ab") as file:
            file.writelines(line + b"\n" for line in lines)
        self.written += lines

    async def shift(self, look_s: float) -> None:
        """Rename all generations but the newest, and let the agent see each step."""
        for path in sorted(self.log.parent.glob("log.*"), key=lambda path: -int(path.suffix[1:])):
            path.rename(path.with_suffix(f".{int(path.suffix[1:]) + 1}"))
            await self.look(look_s)

    async def rotate(self, look_s: float, create: bool) -> None:
        if self.log.exists():
            await self.shift(look_s)
            self.log.rename(self.log.with_suffix(".1"))
            await self.look(look_s)
            if create:
                self.log.touch()

    async def copytruncate(self, look_s: float) -> None:
        if self.log.exists():
            await self.shift(look_s)
            shutil.copy(self.log, self.log.with_suffix(".1"))
            self.log.write_bytes(b"")

    async def copytruncate_slowly(self, copied: int) -> None:
        """A large file is copied in more time than there is between two looks."""
        if self.log.exists():
            await self.shift(0)
            await self.look(3)
            with self.log.with_suffix(".1").open("wb", buffering=0) as copy:
                copy.write(self.log.read_bytes()[:copied])
                await self.look(3)
                copy.write(self.log.read_bytes()[copied:])
            self.log.write_bytes(b"")

    async def look(self, seconds: float) -> None:
        if seconds:
            await asyncio.sleep(seconds)

    async def start(self) -> None:
        if self._source is None:
            self._read = []
            self._source = FileSource("press", self.pattern, lambda: NOW)
            await self._source.start(dict(self._positions), self._emit)

    async def stop(self, lost: int) -> None:
        """The power goes; the last batches were not committed."""
        if self._source is not None:
            await self._source.stop()
            self._source = None
            committed = self._read[: max(0, len(self._read) - lost)]
            self._positions = stored(self._positions, committed)
            self.durable += [record for event in committed for record in records_of(event)]

    def _emit(self, event: BatchRead | SourceFailed) -> None:
        if isinstance(event, BatchRead):
            self._read.append(event)
            assert self._source is not None
            asyncio.get_running_loop().call_soon(self._source.acknowledge, (event.receipt,))

    async def settle(self) -> None:
        await self.start()
        await self.look(SETTLED_S)
        await self.stop(0)


LOOKS = st.sampled_from([0, 0, 0.1, 0.3, 3])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 3)),
        st.tuples(st.just("rotate"), LOOKS, st.booleans()),
        st.tuples(st.just("copytruncate"), LOOKS),
        st.tuples(st.just("copytruncate_slowly"), st.integers(0, 5)),
        st.tuples(st.just("look"), st.sampled_from([0.1, 0.3, 3])),
        st.tuples(st.just("stop"), st.integers(0, 2)),
        st.just(("start",)),
    ),
    max_size=40,
)
Step = tuple[Any, ...]


def lives(steps: list[Step]) -> Plant:
    """A plant that has been through these steps, and at rest."""

    async def live(plant: Plant) -> Plant:
        await plant.start()
        for name, *arguments in steps:
            await getattr(plant, name)(*arguments)
        await plant.settle()
        return plant

    with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=simulated_loop) as runner:
        return runner.run(live(Plant(Path(folder))))


@given(STEPS)
def test_each_line_comes_exactly_once(steps: list[Step]) -> None:
    plant = lives(steps)
    assert sorted(plant.durable, key=int) == plant.written


def test_more_generations_than_are_remembered_of_files_that_are_gone() -> None:
    generation: list[Step] = [("append", 1), ("rotate", 0, True), ("look", 3)]
    plant = lives([*generation * (FINISHED + 9), ("append", 1), ("look", 3), ("stop", 0)])
    assert plant.durable == plant.written


def test_generations_that_were_there_at_the_start_and_rotate_on() -> None:
    """The follower of each name finds a file under it that another one has read."""
    before: list[Step] = [
        ("stop", 0),
        *[("append", 2), ("rotate", 0, True)] * 3,
        ("append", 1),
        ("start",),
        ("look", 3),
    ]
    plant = lives([*before, *[("append", 2), ("rotate", 0.3, True), ("look", 3), ("stop", 0), ("start",)] * 3])
    assert sorted(plant.durable, key=int) == plant.written
