"""What goes wrong in a simulated fleet. Each trouble begins at random and ends by itself, or when all is healed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from edge_orch_agent.store.memory_store import MemoryStore

from edge_orch.testing.clock import START_US
from edge_orch.time import DAY, HOUR, MINUTE, SECOND, ClockQuality
from tests.simulation.agent_host import CONTROLLER
from tests.simulation.device import Device, Disk
from tests.simulation.fleet import Fleet
from tests.simulation.releases import Release


class Troubles:
    """Of all kinds of trouble, a history gets those in `kinds`: a fault that never rests hides what others would show.

    `counts`: how often each began.
    """

    def __init__(self, fleet: Fleet, random: Random, kinds: list[str]) -> None:
        self._fleet = fleet
        self._random = random
        self._images: list[tuple[Device, MemoryStore]] = []
        self._kinds: list[Callable[[], None]] = [ALL[kind].__get__(self) for kind in kinds]
        self._copies = 0
        self.counts: dict[str, int] = {}

    def strike(self) -> None:
        """Let one trouble begin."""
        if self._kinds:
            kind = self._random.choice(self._kinds)
            self.counts[kind.__name__] = self.counts.get(kind.__name__, 0) + 1
            self._fleet.world.note("TROUBLE {}", kind.__name__)
            kind()

    def heal(self) -> None:
        """End every trouble: wires, disks, sinks and clocks are whole, copies are off, everybody is on."""
        fleet, world = self._fleet, self._fleet.world
        world.note("HEALED")
        self._kinds = []
        world.crash_chance = 0.0
        world.network.heal()
        fleet.centre.disk_full = False
        for address in [address for address, device in fleet.devices.items() if address != device.name]:
            self._retire(address)
        for device in fleet.devices.values():
            device.disk, device.lost_answers = Disk.FINE, 0.0
            device.sinks_down.clear()
            clock = world.clocks[device.address]
            clock.quality, clock.wall_offset_us = ClockQuality.SYNCED, 0
        for name in (CONTROLLER, *fleet.devices):
            world.restart(name)

    def partition(self) -> None:
        """Neither direction works."""
        address = self._device().address
        for source, destination in ((address, CONTROLLER), (CONTROLLER, address)):
            self._cut(source, destination, self._a_while())

    def one_way(self) -> None:
        """One direction works, the other does not, and no connection tells."""
        self._cut(*self._direction(), self._a_while())

    def absence(self) -> None:
        """Nobody reaches the centre for a long time."""
        duration = self._random.randint(5 * DAY, 30 * DAY)
        for address in self._fleet.devices:
            for source, destination in ((address, CONTROLLER), (CONTROLLER, address)):
                self._cut(source, destination, duration)

    def clog(self) -> None:
        """A wire that carries next to nothing."""
        source, destination = self._direction()
        network, parcel_us = self._fleet.world.network, self._random.choice([SECOND, HOUR, DAY])
        network.clog(source, destination, parcel_us)
        self._after(self._random.choice([HOUR, 3 * DAY, 10 * DAY]), lambda: network.unclog(source, destination))

    def power(self) -> None:
        """A machine is off for a while; also the controller."""
        name = self._random.choice([*sorted(self._fleet.devices), CONTROLLER])
        self._fleet.world.crash(name)
        self._after(self._random.choice([SECOND, HOUR, 2 * DAY]), lambda: self._restart(name))

    def full_disk(self) -> None:
        """Commits fail: all of them, or all but those that may use the reserve; or the disk has another trouble."""
        device, duration = self._device(), self._random.choice([MINUTE, HOUR, DAY])
        device.disk = self._random.choice([Disk.ONLY_RESERVE, Disk.FULL, Disk.BROKEN])
        self._after(duration, lambda: setattr(device, "disk", Disk.FINE))

    def full_centre(self) -> None:
        """The controller's commits fail."""
        centre = self._fleet.centre
        centre.disk_full = True
        self._after(self._random.choice([MINUTE, 6 * HOUR, 2 * DAY]), lambda: setattr(centre, "disk_full", False))

    def sink(self) -> None:
        """A sink is down, or takes what it is given and says nothing."""
        device, sink = self._device(), self._random.choice(["lake", "oncall"])
        if self._random.random() < 0.5:
            device.lost_answers = 0.5
        else:
            device.sinks_down.add(sink)
        self._after(self._a_while(), lambda: self._sink_up(device, sink))

    def clock(self) -> None:
        """The wall clock jumps, or the machine wakes in 1970 and learns the time later."""
        device = self._device()
        clock = self._fleet.world.clocks[device.address]
        if self._random.random() < 0.5:
            clock.wall_offset_us = self._random.choice([-DAY, -HOUR, HOUR, 400 * DAY])
            self._fleet.world.happened["clock jumped"] += 1
            return
        self._fleet.world.happened["woke in 1970"] += 1
        self._fleet.world.crash(device.address)
        clock.quality, clock.wall_offset_us = ClockQuality.UNKNOWN, -START_US
        self._restart(device.address)

        def learn() -> None:
            clock.quality, clock.wall_offset_us = ClockQuality.SYNCED, 0

        self._after(self._random.choice([MINUTE, HOUR, 5 * DAY]), learn)

    def restore(self) -> None:
        """A disk image is taken, or an earlier one is put back."""
        if not self._images or self._random.random() < 0.5:
            device = self._device()
            self._images.append((device, device.image()))
            return
        device, image = self._random.choice(self._images)
        if device.address in self._fleet.devices:
            self._fleet.world.crash(device.address)
            device.restore(image, self._fleet.centre.known(device.name))
            self._restart(device.address)

    def clone(self) -> None:
        """A second device is started from a copy of a disk, until somebody notices."""
        device = self._device()
        if sum(other.name == device.name for other in self._fleet.devices.values()) < 3:
            self._copies += 1
            address = f"{device.name}#{self._copies}"
            self._fleet.add(device.clone(address, self._copies))
            self._after(self._random.choice([HOUR, DAY]), lambda: self._retire(address))

    def release(self) -> None:
        """A machine, or the controller, is started with another release, and stays at it."""
        name = self._random.choice([*sorted(self._fleet.devices), CONTROLLER])
        place = self._fleet.centre if name == CONTROLLER else self._fleet.devices[name]
        place.release = self._random.choice([*Release])
        self._fleet.world.crash(name)
        self._restart(name)

    def _retire(self, address: str) -> None:
        if address in self._fleet.devices:
            self._fleet.remove(address)

    def _device(self) -> Device:
        return self._fleet.devices[self._random.choice(sorted(self._fleet.devices))]

    def _direction(self) -> tuple[str, str]:
        address = self._device().address
        return (address, CONTROLLER) if self._random.random() < 0.5 else (CONTROLLER, address)

    def _a_while(self) -> int:
        return self._random.choice([10 * SECOND, 10 * MINUTE, 6 * HOUR, 3 * DAY])

    def _after(self, delay_us: int, end: Callable[[], None]) -> None:
        self._fleet.world.schedule(delay_us, end)

    def _cut(self, source: str, destination: str, duration_us: int) -> None:
        network = self._fleet.world.network
        network.cut(source, destination)
        self._after(duration_us, lambda: network.mend(source, destination))

    def _restart(self, name: str) -> None:
        if name == CONTROLLER or name in self._fleet.devices:
            self._fleet.world.restart(name)

    @staticmethod
    def _sink_up(device: Device, sink: str) -> None:
        device.sinks_down.discard(sink)
        device.lost_answers = 0.0


ALL: dict[str, Callable[[Troubles], None]] = {
    kind.__name__: kind
    for kind in (
        Troubles.partition,
        Troubles.one_way,
        Troubles.absence,
        Troubles.clog,
        Troubles.power,
        Troubles.full_disk,
        Troubles.full_centre,
        Troubles.sink,
        Troubles.clock,
        Troubles.restore,
        Troubles.clone,
        Troubles.release,
    )
}
