"""A device in the simulated world: a disk and a broker that survive crashes, a sensor, and sinks that count."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from random import Random

from edge_orch_agent.core.commands import Reply
from edge_orch_agent.core.transaction import Segment
from edge_orch_agent.store.memory_store import MemoryStore

from edge_orch.time import MINUTE, SECOND
from edge_orch.trust.keys import PrivateKey
from tests.simulation.account import Account
from tests.simulation.releases import Release

Sensor = Callable[[int, bool], bytes]
"""Batch `n` of raw records, a line each; and whether the sensor flaps."""
STORM_BATCH_US = 10 * MINUTE


class Disk(StrEnum):
    """How a disk takes transactions."""

    FINE = "fine"
    ONLY_RESERVE = "only_reserve"
    FULL = "full"
    BROKEN = "broken"  # fails now, for another reason than want of room

    def refuses(self, essential: bool) -> bool:
        """Whether a transaction fails."""
        return self in (Disk.FULL, Disk.BROKEN) or (self is Disk.ONLY_RESERVE and not essential)


class Device:
    """What survives a crash, and what stands around the device.

    `address`: where it is in the network; two devices that were started from one disk image have one name and two
    addresses. `kept`: by job, the first batch that the broker still keeps for it. `taken`: by sink, idempotency key →
    data. `replies`: by request. `rejects`: which lines a sink will never take. `happened`: how often each fault really
    hit it; in a fleet, one account for all.
    """

    def __init__(
        self,
        name: str,
        labels: dict[str, str],
        sensor: Sensor,
        *,
        address: str = "",
        batch_us: int = SECOND,
        copy: int = 0,
        key: type[PrivateKey] = PrivateKey,
    ) -> None:
        self.name, self.labels, self.sensor, self.batch_us = name, labels, sensor, batch_us
        self.address = address or name
        self.key = key(name.encode().ljust(32, b"k"))
        self.store = MemoryStore()
        self.account = Account(name)
        self.kept: dict[str, int] = {}
        self.taken: dict[str, dict[str, bytes]] = {}
        self.replies: dict[int, Reply] = {}
        self.boots = copy << 32
        self.random = Random(f"{self.address}")  # noqa: S311 (one seed, one history)
        self.disk = Disk.FINE
        self.release = Release.THIS
        self.sinks_down: set[str] = set()
        self.lost_answers = 0.0
        self.rejects: Callable[[bytes], bool] = lambda _: False
        self.happened: Counter[str] = Counter()
        self._storm = range(0)

    def storm(self, batches: int) -> None:
        """The sensor flaps for so many batches, which come fast."""
        first = max(self.kept.values(), default=0) + 1
        self._storm = range(first, first + batches)

    def batch(self, number: int) -> bytes:
        """Raw records; the same each time, but for what a storm makes of those that nobody has read yet."""
        self.happened["sensor flapping"] += number in self._storm
        return self.sensor(number, number in self._storm)

    def next_batch_us(self, number: int) -> int:
        """How long the batch before it takes."""
        return STORM_BATCH_US if number in self._storm else self.batch_us

    def image(self) -> MemoryStore:
        """The disk as it is now. A store replaces its tables at each commit, so this one stays as it is."""
        return copy.copy(self.store)

    def restore(self, image: MemoryStore, known: set[str]) -> None:
        """Put an old image on the disk. `known`: keys of the facts that the controller can give back."""
        self.happened["old image put back"] += 1
        self.store = copy.copy(image)
        self.account.restored_from(self.store.load(), known)

    def clone(self, address: str, number: int) -> Device:
        """Another device, started from this one's disk image; it has a broker, a sensor and sinks of its own."""
        self.happened["started from a copy"] += 1
        twin = Device(
            self.name,
            self.labels,
            self.sensor,
            address=address,
            batch_us=self.batch_us,
            copy=number,
            key=type(self.key),
        )
        twin.store, twin.kept = self.image(), dict(self.kept)
        twin.account = self.account.of_clone(twin.store.load())
        self.account.shared = True
        return twin

    def receive(self, segment: Segment) -> str:
        """A sink is handed a segment; empty if it took it, else why not (`rejected`: for ever)."""
        sink = segment.stream.sink
        if sink in self.sinks_down:
            self.happened["sink down"] += 1
            return "connection refused"
        if any(map(self.rejects, segment.data.splitlines())):
            self.happened["refused by a sink"] += 1
            return "rejected"
        taken = self.taken.setdefault(sink, {})
        known = taken.setdefault(segment.idempotency_key(self.name), segment.data)
        assert known == segment.data, "one key, two contents"
        if self.random.random() >= self.lost_answers:
            return ""
        self.happened["sink without an answer"] += 1
        return "no answer"

    def records(self, sink: str, job: str = "") -> list[bytes]:
        """What the sink holds, in order of arrival."""
        begins = f"{self.name}/{job}/" if job else ""
        taken = self.taken.get(sink, {})
        return [line for key, data in taken.items() if key.startswith(begins) for line in data.splitlines()]
