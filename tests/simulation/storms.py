"""Storms: a sensor flaps, an episode comes with nearly every batch, and its twin has no room for all of them."""

from __future__ import annotations

from random import Random

from tests.simulation.device import STORM_BATCH_US
from tests.simulation.fleet import Fleet
from tests.simulation.people import People

_CHANCE = 0.25
"""Of a history to have any: twins full of episodes cost ten times what others do."""
_VISITS = 3


class Storms:
    """Often nobody is reached meanwhile, so that the twin begins anew alone; and people come to the machine, before and
    in the midst of it: what they were told is stored must be there afterwards, on both sides.
    """

    def __init__(self, fleet: Fleet, random: Random, people: People) -> None:
        """`random`: drawn from by nobody else, so that a history is the same but for its storms."""
        self._fleet = fleet
        self._random = random
        self._people = people
        self.drawn = random.random() < _CHANCE
        """Whether the history has any."""

    def begin(self) -> None:
        """Somewhere, with the next batch."""
        device = self._fleet.devices[self._random.choice(sorted(self._fleet.devices))]
        batches = self._random.randint(20, 60)
        device.storm(batches)
        over_us = device.batch_us + batches * STORM_BATCH_US
        if self._random.random() < 0.75:
            self._fleet.partition(device.address)
            self._fleet.world.schedule(over_us, lambda: self._fleet.mend(device.address))
        for _ in range(_VISITS):
            self._fleet.world.schedule(self._random.randint(0, over_us), lambda: self._people.visit(device))
