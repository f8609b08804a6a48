"""People of a simulated fleet: at machines and in the centre, they override, revoke, acknowledge and roll out."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from edge_orch_agent.core import events as at_agent
from edge_orch_controller.core import events as at_centre

from edge_orch.time import DAY, HOUR
from edge_orch.twin.facts import Value
from tests.simulation.agent_host import CONTROLLER
from tests.simulation.device import Device
from tests.simulation.fleet import Fleet
from tests.simulation.jobs import VERSIONS

_VALUES: dict[str, tuple[Value | None, ...]] = {
    "hot_c": (70.0, 110.0, 130.0, 500.0, "hot", None),
    "votes": (1, 5, None),
}
_EITHER, _HERE = 0.5, 1.0
"""Chances of an act to be at the machine."""


class People:
    """Each act is one at random, at one machine or in the centre; whoever gets no answer has lost nothing.

    `requests`: numbers that no other people give.
    """

    def __init__(self, fleet: Fleet, random: Random, requests: Iterator[int]) -> None:
        self._fleet = fleet
        self._random = random
        self._requests = requests
        self.acts = 0

    def act(self) -> None:
        """Do something."""
        self.acts += 1
        address = self._random.choice(sorted(self._fleet.devices))
        device = self._fleet.devices[address]
        if self._random.random() < 0.15:
            self.roll_out()
        elif self._random.random() < 0.5:
            self._override(device, _EITHER)
        elif self._random.random() < 0.7:
            self._acknowledge(device, _EITHER)
        else:
            self._silence(device, _EITHER)

    def visit(self, device: Device) -> None:
        """Override, acknowledge and silence something, all at this machine."""
        for act in (self._override, self._acknowledge, self._silence):
            self.acts += 1
            act(device, _HERE)

    def roll_out(self) -> None:
        """Apply a version of a job: a new one, an old one again, or the one that is rolled out already."""
        if self._fleet.controller() is not None and not self._fleet.centre.disk_full:
            job = self._random.choice(sorted(VERSIONS))
            self._fleet.apply(self._random.choice(VERSIONS[job]))

    def _override(self, device: Device, here: float) -> None:
        param = self._random.choice(sorted(_VALUES))
        value = self._random.choice(_VALUES[param])
        role = self._random.choice(["operator", "admin"])
        expires = self._random.choice([None, HOUR, 3 * DAY])
        request = next(self._requests)
        if self._random.random() < here:
            wish = at_agent.OverrideRequested(request, "press", param, value, "why not", "olga", role, expires)
            self._fleet.world.tell(device.address, wish)
        else:
            ask = at_centre.OverrideRequested(
                request,
                device.name,
                "press",
                param,
                value,
                "because",
                "ada",
                "admin" if role == "admin" else "operator",
                expires,
            )
            self._fleet.world.tell(CONTROLLER, ask)

    def _silence(self, device: Device, here: float) -> None:
        """Silence a rule for a while, or end what silences it."""
        request = next(self._requests)
        at_machine, expires_in_us = self._random.random() < here, self._random.choice([HOUR, 3 * DAY])
        agent = self._fleet.agent(device.address)
        facts = agent.core.twin.facts() if agent and at_machine else self._fleet.centre.store.facts(device.name)
        lifts = tuple(sorted(facts.silences)[-1:]) if self._random.random() < 0.3 else ()
        if at_machine:
            ask = at_agent.SilenceRequested(request, "press", "hot", "known", "olga", expires_in_us, lifts=lifts)
            self._fleet.world.tell(device.address, ask)
        else:
            wish = at_centre.SilenceRequested(
                request, device.name, "press", "hot", "known", "ada", expires_in_us, lifts=lifts
            )
            self._fleet.world.tell(CONTROLLER, wish)

    def _acknowledge(self, device: Device, here: float) -> None:
        request = next(self._requests)
        at_machine = self._random.random() < here
        agent = self._fleet.agent(device.address)
        facts = agent.core.twin.facts() if agent and at_machine else self._fleet.centre.store.facts(device.name)
        if not facts.episodes:
            return
        episode = self._random.choice(sorted({fact.episode for fact in facts.episodes.values()}))
        if at_machine:
            self._fleet.world.tell(device.address, at_agent.AckRequested(request, episode, "olga", "seen"))
        else:
            ask = at_centre.AckRequested(request, device.name, episode, "ada", "seen")
            self._fleet.world.tell(CONTROLLER, ask)
