"""A network that may do everything a real one does: delay, lose, double, reorder, damage, cut one direction.

It draws only from the generator it is given, so that one seed replays one history.
"""

from __future__ import annotations

import heapq
from collections import Counter
from random import Random
from typing import Any

import msgspec

from edge_orch.time import MILLISECOND, SECOND

CLOG_QUEUE = 16
"""Parcels that wait before a clogged direction; what comes while it is full is lost."""
LONG_US = 10 * SECOND
"""A parcel that takes longer counts as delayed."""


class Faults(msgspec.Struct, frozen=True):
    """Chances between 0 and 1, delays in microseconds. Reordering follows from unequal delays.

    `echo`: a second copy arrives long after, up to `max_echo_us`: recorded once, and played again.
    """

    loss: float = 0.0
    duplication: float = 0.0
    corruption: float = 0.0  # of payloads that are bytes: one bit flips
    min_delay_us: int = 1 * MILLISECOND
    max_delay_us: int = 50 * MILLISECOND
    echo: float = 0.0
    max_echo_us: int = 0


class Parcel(msgspec.Struct, frozen=True):
    """A payload on its way."""

    source: str
    destination: str
    payload: Any


class Network:
    """Carries payloads of any type between names. `happened`: how often each fault really hit a parcel."""

    def __init__(self, random: Random, faults: Faults | None = None) -> None:
        self._random = random
        self._in_flight: list[tuple[int, int, Parcel]] = []
        self._sent = 0
        self._cut: set[tuple[str, str]] = set()
        self._clogged: dict[tuple[str, str], int] = {}
        self._free_at: dict[tuple[str, str], int] = {}
        self._latest: dict[tuple[str, str], int] = {}
        self.faults = faults or Faults()
        self.happened: Counter[str] = Counter()

    def cut(self, source: str, destination: str) -> None:
        """Nothing passes in this direction any more, not even what is in flight."""
        self._cut.add((source, destination))

    def mend(self, source: str, destination: str) -> None:
        """This direction works again."""
        self._cut.discard((source, destination))

    def partition(self, one: str, other: str) -> None:
        """Cut both directions between two names."""
        self.cut(one, other)
        self.cut(other, one)

    def clog(self, source: str, destination: str, parcel_us: int) -> None:
        """Parcels in this direction pass one at a time, each taking `parcel_us`; at most `CLOG_QUEUE` wait."""
        self._clogged[source, destination] = parcel_us

    def unclog(self, source: str, destination: str) -> None:
        """This direction flows again; what waits keeps its turn."""
        self._clogged.pop((source, destination), None)

    def heal(self) -> None:
        """Mend every cut, and let everything flow."""
        self._cut.clear()
        self._clogged.clear()

    def connected(self, source: str, destination: str) -> bool:
        """Whether this direction is not cut."""
        return (source, destination) not in self._cut

    def send(self, source: str, destination: str, payload: Any, now_us: int) -> None:
        """Take the payload; what becomes of it is the network's secret."""
        faults, random = self.faults, self._random
        if not self.connected(source, destination):
            self.happened["cut" if not self.connected(destination, source) else "cut in one direction"] += 1
            return
        doubled = random.random() < faults.duplication
        self.happened["doubled"] += doubled
        for _ in range(1 + doubled):
            if random.random() < faults.loss:
                self.happened["lost"] += 1
                continue
            passed_us = self._passed((source, destination), now_us)
            if passed_us is None:
                self.happened["lost before a clog"] += 1
                continue
            delay_us = random.randint(faults.min_delay_us, faults.max_delay_us)
            self.happened["delayed"] += delay_us > LONG_US
            self._put(passed_us + delay_us, Parcel(source, destination, self._damaged(payload)))
        if faults.echo and random.random() < faults.echo:
            self.happened["echoed"] += 1
            echo_us = random.randint(faults.max_delay_us, faults.max_echo_us)
            self._put(now_us + echo_us, Parcel(source, destination, payload))

    def next_at(self) -> int | None:
        """When the next parcel arrives; None with nothing in flight."""
        return self._in_flight[0][0] if self._in_flight else None

    def arrive(self, now_us: int) -> Parcel | None:
        """The next parcel that has arrived by now, or None. Parcels behind a cut are dropped."""
        while self._in_flight and self._in_flight[0][0] <= now_us:
            _, number, parcel = heapq.heappop(self._in_flight)
            direction = parcel.source, parcel.destination
            if direction in self._cut:
                self.happened["cut on the way"] += 1
                continue
            latest = self._latest.get(direction, 0)
            self.happened["reordered"] += number < latest
            self._latest[direction] = max(latest, number)
            return parcel
        return None

    def drop_for(self, name: str) -> None:
        """Lose what is in flight to a machine that went down."""
        self._in_flight = [entry for entry in self._in_flight if entry[2].destination != name]
        heapq.heapify(self._in_flight)

    def _put(self, arrival_us: int, parcel: Parcel) -> None:
        self._sent += 1
        heapq.heappush(self._in_flight, (arrival_us, self._sent, parcel))

    def _passed(self, direction: tuple[str, str], now_us: int) -> int | None:
        """When a parcel gets past whatever clogs the direction; None if there is no room to wait."""
        parcel_us = self._clogged.get(direction)
        if parcel_us is None:
            return now_us
        free_at = max(self._free_at.get(direction, 0), now_us)
        if free_at - now_us >= CLOG_QUEUE * parcel_us:
            return None
        self.happened["clogged"] += 1
        self._free_at[direction] = free_at + parcel_us
        return free_at + parcel_us

    def _damaged(self, payload: Any) -> Any:
        if not isinstance(payload, bytes) or not payload or self._random.random() >= self.faults.corruption:
            return payload
        self.happened["damaged"] += 1
        bad = bytearray(payload)
        bad[self._random.randrange(len(bad))] ^= 1 << self._random.randrange(8)
        return bytes(bad)
