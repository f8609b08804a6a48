"""One random history of a fleet, from one seed: a calm beginning, a storm, healing, and what must be true then."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from random import Random

import msgspec
from edge_orch_agent.core.settings import Settings as AgentSettings
from edge_orch_controller.core.settings import Settings as ControllerSettings

from edge_orch.testing.network import Faults
from edge_orch.testing.world import SimulationFailed
from edge_orch.time import DAY, HOUR, MILLISECOND, MINUTE, SECOND
from tests.simulation import troubles
from tests.simulation.agent_host import CONTROLLER
from tests.simulation.device import Device
from tests.simulation.fleet import Fleet
from tests.simulation.healing import Healing
from tests.simulation.hostile import MALLORY, Mallory
from tests.simulation.jobs import METER, PRESS, rejects, sensor
from tests.simulation.keys import QuickKey
from tests.simulation.people import People
from tests.simulation.storms import Storms

AGENT = AgentSettings(
    telemetry_every_us=DAY,
    wear_every_us=DAY,
    probation_us=HOUR,
    retry_first_us=SECOND,
    retry_most_us=2 * HOUR,
    roll_bytes=4 << 10,  # so that epochs pass within a month of few facts
    apart_bytes=12 << 10,
    deliver_ahead=2,
    merge_segments=4,  # so that few that wait are merged
    merge_span_us=10 * DAY,
)
CONTROL = ControllerSettings(CONTROLLER, b"", retry_us=15 * MINUTE)  # its disk may be full for two days
_HEAL_US = 10 * DAY
_LINK_CHECK_US = 30 * MINUTE


CONDITIONS = ("people", "mallory", "crashes", "loss", "duplication", "corruption", "delay", "echo", "storm")
"""What happens in a history besides the troubles."""


class Size(msgspec.Struct, frozen=True):
    """How large a history is. `without`: names of conditions and troubles that are left out of it."""

    agents: int = 5
    days: int = 30
    without: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        """Whether that happens in it."""
        return name not in self.without


class Outcome(msgspec.Struct, frozen=True):
    """What a history came to. `error`: empty when every invariant held. `faults`: how often each kind really hit.

    `next_draw`: what would be drawn next. Histories that differ anywhere differ in it.
    """

    seed: int
    days: float
    events: int
    acts: int
    facts: int
    troubles: dict[str, int]
    faults: dict[str, int] = {}
    exempt: int = 0
    apart: int = 0
    error: str = ""
    next_draw: float = 0.0
    core_seconds: float = 0.0


class History:
    """`play` it once. The same seed and size give the same history."""

    def __init__(self, seed: int, size: Size) -> None:
        random = Random(seed)  # noqa: S311 (one seed, one history)
        self.seed, self.size = seed, size
        self._random = random
        self._pace = random.choice([1, 2, 4, 4, 8, 8, 8, 8])
        devices = [self._device(number) for number in range(1, size.agents + 1)]
        # Everything is drawn, whether it happens or not: what is left out shall change as little else as it can.
        self.fleet = Fleet(
            seed,
            devices,
            Faults(
                loss=random.choice([0.0, 0.1, 0.3]) * size.has("loss"),
                duplication=random.choice([0.0, 0.1, 0.3]) * size.has("duplication"),
                corruption=random.choice([0.0, 0.02]) * size.has("corruption"),
                max_delay_us=random.choice([50 * MILLISECOND, SECOND, 10 * MINUTE if size.has("delay") else SECOND]),
                echo=random.choice([0.0, 0.02]) * size.has("echo"),
                max_echo_us=3 * DAY,
            ),
            agent=msgspec.structs.replace(AGENT, have_every_us=3 * HOUR * self._pace),
            controller=msgspec.structs.replace(
                CONTROL,
                have_every_us=6 * HOUR * self._pace,
                syncs_at_once=random.choice([1, 2, 64]),
                open_twins=random.choice([3, 64]),
            ),
            link_check_us=_LINK_CHECK_US,
            restart_us=random.choice([SECOND, MINUTE]),
            key=QuickKey,
        )
        kinds = sorted(troubles.ALL)
        requests = count(1)
        self.people = People(self.fleet, random, requests)
        self._apart = Random(f"{seed}/storms")  # noqa: S311
        self.storms = Storms(self.fleet, self._apart, People(self.fleet, self._apart, requests))
        kinds = [kind for kind in random.sample(kinds, random.randint(0, len(kinds))) if size.has(kind)]
        self.troubles = troubles.Troubles(self.fleet, random, kinds)
        self.crash_chance = random.choice([0.0, 0.0005, 0.005]) * size.has("crashes")
        self.healing = Healing(self.fleet)
        if random.random() < 0.3 and size.has("mallory"):
            mallory = Mallory(self.fleet.centre, random)
            self.fleet.centre.admit(MALLORY, mallory.key.public, {})
            self.fleet.world.add(MALLORY, lambda: mallory)

    def play(self) -> None:
        """Raises `SimulationFailed` when an invariant breaks."""
        world = self.fleet.world
        try:
            self.fleet.apply(PRESS[0])
            self.fleet.apply(METER[0])
            world.run(HOUR)
            world.crash_chance = self.crash_chance
            if self.size.has("people"):
                self._every(self.size.days * DAY // (4 + 2 * self.size.agents), self.people.act)
            self._every(self.size.days * DAY // (4 + 3 * self.size.agents), self.troubles.strike)
            if self.storms.drawn and self.size.has("storm"):
                self._every(self.size.days * DAY // (2 + self.size.agents // 4), self.storms.begin, self._apart)
            world.run(self.size.days * DAY)
            self.troubles.heal()
            self._await_healing()
            self.healing.check()
        except SimulationFailed:
            raise
        except AssertionError as error:
            world.fail(str(error))

    def outcome(self, error: str = "") -> Outcome:
        """The figures."""
        centre = self.fleet.centre
        return Outcome(
            self.seed,
            self.fleet.world.now_us / DAY,
            self.fleet.world.events,
            self.people.acts,
            sum(len(centre.store.changes(name)) for name in centre.ever),
            self.troubles.counts,
            dict(sorted((+self.fleet.world.happened).items())),
            sum(device.account.exempt for device in self.fleet.devices.values()),
            len(self.healing.apart()) if not error else 0,
            error,
            self._random.random(),
        )

    def _await_healing(self) -> None:
        world = self.fleet.world
        end = world.now_us + _HEAL_US * self._pace
        self.healing.begin()
        while missing := self.healing.missing():
            if world.now_us >= end:
                world.fail(f"not healed within {_HEAL_US * self._pace // DAY} days: " + "; ".join(missing))
            world.run(6 * HOUR)

    def _every(self, mean_us: int, act: Callable[[], None], random: Random | None = None) -> None:
        random = random or self._random
        end = self.fleet.world.now_us + self.size.days * DAY

        def again() -> None:
            if self.fleet.world.now_us < end:
                act()
                self.fleet.world.schedule(round(random.expovariate(1 / mean_us)), again)

        self.fleet.world.schedule(round(random.expovariate(1 / mean_us)), again)

    def _device(self, number: int) -> Device:
        random = self._random
        labels = {"role": random.choice(["press", "press", "mill"]), "site": random.choice(["north", "south"])}
        source = sensor(max(6, random.randint(10, 60) // self._pace), random.randint(20, 90))
        batch_us = self._pace * random.randint(2 * HOUR, 8 * HOUR)
        device = Device(f"agent-{number}", labels, source, batch_us=batch_us, key=QuickKey)
        device.random = Random(f"{self.seed}/{number}")  # noqa: S311
        if random.random() < 0.3:
            device.rejects = rejects
        return device
