"""A simulated world: machines, clocks, a faulty network and crashes in virtual time, all from one seed.

A host is a `Machine` with a body: `perform` does what commands say, with the world in place of disks and sockets.
What survives a crash is what the host's factory closes over; the instance itself is the volatile state.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any, NoReturn, Protocol

from edge_orch.machine import Machine
from edge_orch.testing.clock import Clock
from edge_orch.testing.network import Faults, Network
from edge_orch.time import Instant

TRACE = 200
"""Lines of history that a failure shows."""
_WIDTH = 240  # characters of a line: changes and batches are long
_STALLED = 10_000  # events at one instant


class SimulationFailed(AssertionError):
    """An invariant broke or a host raised: the message has the seed and the end of the trace."""


class Body(Protocol):
    """What a host's `perform` may do to the world."""

    def send(self, destination: str, payload: Any) -> None:
        """Put a payload on the network."""
        ...

    def later(self, delay_us: int, event: Any) -> None:
        """Hand the event to this host's machine after `delay_us`, unless it crashes before."""
        ...


class Host(Machine[Any, Any], Protocol):
    """A machine that can run in a world. `started`, `woke` and `received` say which events those occasions are."""

    def started(self) -> Any: ...
    def woke(self) -> Any: ...
    def received(self, source: str, payload: Any) -> Any: ...
    def perform(self, command: Any, body: Body, now: Instant) -> None: ...


class _Running:
    """One life of a host. `wake_us`: the true time at which its machine wants to be woken, as of its last event."""

    def __init__(self, world: World, name: str, host: Host) -> None:
        self.world, self.name, self.host = world, name, host
        self.wake_us: int | None = None

    def send(self, destination: str, payload: Any) -> None:
        self.world.note("{} → {}: {}", self.name, destination, payload)
        self.world.network.send(self.name, destination, payload, self.world.now_us)

    def later(self, delay_us: int, event: Any) -> None:
        self.world.schedule(delay_us, lambda: self.world.tell(self.name, event, self))


class World:
    """Virtual time in microseconds from 0. `crash_chance`: before each command, its host may crash and come back.

    `invariants` are called after each event and raise AssertionError when the world is wrong.
    """

    def __init__(
        self, seed: int, faults: Faults | None = None, *, crash_chance: float = 0.0, restart_us: int = 100_000
    ):
        self.seed = seed
        self.random = Random(seed)  # noqa: S311 (one seed, one history)
        self.network = Network(self.random, faults)
        self.crash_chance = crash_chance
        self.restart_us = restart_us
        self.now_us = 0
        self.invariants: list[Callable[[], None]] = []
        self.clocks: dict[str, Clock] = {}
        self._factories: dict[str, Callable[[], Host]] = {}
        self._running: dict[str, _Running] = {}
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._wakings: list[tuple[int, int, _Running]] = []
        self._count = 0
        self.events = 0
        """How many events hosts have taken."""
        self.happened = self.network.happened
        """How often each fault really hit: of the network, and of power."""
        self._trace: deque[tuple[int, str, tuple[Any, ...]]] = deque(maxlen=TRACE)

    def add(self, name: str, factory: Callable[[], Host], clock: Clock | None = None) -> None:
        """A host that starts now, and again from its factory after each crash."""
        self._factories[name] = factory
        self.clocks[name] = clock or Clock(name)
        self._start(name)

    def host(self, name: str) -> Host | None:
        """The running instance, or None while it is down."""
        running = self._running.get(name)
        return running.host if running else None

    def crash(self, name: str) -> None:
        """Volatile state, timers and what is in flight to it are gone. Nothing happens to a host that is down."""
        if self._running.pop(name, None):
            self.note("{} crashes", name)
            self.network.drop_for(name)

    def restart(self, name: str) -> None:
        """Start a host that is down, in a new boot."""
        if name not in self._running:
            self.clocks[name].reboot(self.now_us)
            self._start(name)

    def tell(self, name: str, event: Any, life: _Running | None = None) -> None:
        """Hand an event to a host and perform what it commands; a host that is down (or reborn) does not hear it."""
        running = self._running.get(name)
        if running is None or (life is not None and life is not running):
            if life is not None:  # what it had begun and not finished: a write, an answer
                self.happened["lost in a crash"] += 1
            return
        try:
            self._happens(running, event)
        except SimulationFailed:
            raise
        except Exception as error:
            raise self._broken(error) from error

    def schedule(self, delay_us: int, action: Callable[[], None]) -> None:
        """Do something to the world after `delay_us`."""
        self._count += 1
        heapq.heappush(self._agenda, (self.now_us + delay_us, self._count, action))

    def run(self, duration_us: int) -> None:
        """Let everything happen that happens within `duration_us`."""
        end = self.now_us + duration_us
        events = 0
        while (moment := self._next()) is not None and moment <= end:
            events = events + 1 if moment <= self.now_us else 0
            self.now_us = max(self.now_us, moment)
            if events > _STALLED:
                self.fail(f"more than {_STALLED} events at one instant")
            self._step()
        self.now_us = end

    def note(self, line: str, *parts: Any) -> None:
        """Add a line to the trace; with parts it is a format. It is written out only if somebody has to read it."""
        self._trace.append((self.now_us, line, parts))

    def fail(self, reason: str) -> NoReturn:
        """Raise `SimulationFailed` with everything needed to see it again."""
        raise SimulationFailed(self._report(reason))

    def _start(self, name: str) -> None:
        self.note("{} starts", name)
        try:
            running = _Running(self, name, self._factories[name]())
        except Exception as error:
            raise self._broken(error) from error
        self._running[name] = running
        self.tell(name, running.host.started())

    def _happens(self, running: _Running, event: Any) -> None:
        name, host = running.name, running.host
        now = self.clocks[name].read(self.now_us)
        self.events += 1
        self.note("{} ← {}", name, event)
        commands = host.handle(event, now)
        self._await_waking(running)
        for command in commands:
            if self.crash_chance and self.random.random() < self.crash_chance:
                self.happened["crashed between commands"] += 1
                self.crash(name)
                self.schedule(self.restart_us, lambda: self.restart(name))
                break
            self.note("{}: {}", name, command)
            host.perform(command, running, now)
        for invariant in self.invariants:
            invariant()

    def _next(self) -> int | None:
        next_us = self._agenda[0][0] if self._agenda else None
        for moment in (self.network.next_at(), self._next_waking()):
            if moment is not None and (next_us is None or moment < next_us):
                next_us = moment
        return next_us

    def _await_waking(self, running: _Running) -> None:
        """Note when the machine wants to be woken, as of its last event."""
        mono_us = running.host.wake_at()
        wake_us = None if mono_us is None else self.clocks[running.name].true_us(mono_us)
        if wake_us != running.wake_us:
            running.wake_us = wake_us
            if wake_us is not None:
                self._count += 1
                heapq.heappush(self._wakings, (wake_us, self._count, running))

    def _next_waking(self) -> int | None:
        """When the next host wants to be woken; entries that a later event or a crash has made void are dropped."""
        wakings = self._wakings
        while wakings:
            wake_us, _, running = wakings[0]
            if running.wake_us == wake_us and self._running.get(running.name) is running:
                return wake_us
            heapq.heappop(wakings)
        return None

    def _step(self) -> None:
        if self._agenda and self._agenda[0][0] <= self.now_us:
            heapq.heappop(self._agenda)[2]()
        elif parcel := self.network.arrive(self.now_us):
            if running := self._running.get(parcel.destination):
                self.tell(parcel.destination, running.host.received(parcel.source, parcel.payload))
        elif (moment := self._next_waking()) is not None and moment <= self.now_us:
            running = heapq.heappop(self._wakings)[2]
            running.wake_us = None
            self.tell(running.name, running.host.woke())

    def _broken(self, error: Exception) -> SimulationFailed:
        return SimulationFailed(self._report(f"{type(error).__name__}: {error}"))

    def _report(self, reason: str) -> str:
        return "\n".join([reason, f"seed: {self.seed}", "what happened, latest last:", *map(_line, self._trace)])


def _line(entry: tuple[int, str, tuple[Any, ...]]) -> str:
    at_us, line, parts = entry
    return f"{at_us / 1e6:12.6f} {line.format(*parts) if parts else line}"[:_WIDTH]
