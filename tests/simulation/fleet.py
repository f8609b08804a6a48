"""A fleet in a simulated world: a controller, devices, and the wires between them, which both ends watch."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from edge_orch_agent.core.events import LinkDown, LinkUp
from edge_orch_agent.core.settings import Settings as AgentSettings
from edge_orch_controller.core.events import AgentDown, AgentUp, JobApplied
from edge_orch_controller.core.settings import Settings as ControllerSettings

from edge_orch.testing.clock import Clock
from edge_orch.testing.network import Faults
from edge_orch.testing.world import World
from edge_orch.time import MILLISECOND, SECOND
from edge_orch.trust.keys import PrivateKey
from edge_orch.wire.api import ApplyRequest
from tests.simulation.agent_host import CONTROLLER, AgentHost
from tests.simulation.centre import Centre
from tests.simulation.controller_host import ControllerHost
from tests.simulation.device import Device

LINK_CHECK_US = 500 * MILLISECOND
"""How long both ends take to notice that a connection came or went."""
AGENT = AgentSettings(have_every_us=10 * SECOND)
CONTROL = ControllerSettings(CONTROLLER, b"", have_every_us=10 * SECOND, open_twins=2)


class Fleet:
    """Devices are enrolled; what goes wrong on the way of messages says `faults`. `devices`: by address."""

    def __init__(
        self,
        seed: int,
        devices: list[Device],
        faults: Faults,
        crash_chance: float = 0.0,
        *,
        agent: AgentSettings = AGENT,
        controller: ControllerSettings = CONTROL,
        link_check_us: int = LINK_CHECK_US,
        restart_us: int = 3 * SECOND,
        key: type[PrivateKey] = PrivateKey,
    ) -> None:
        self.world = World(seed, faults, crash_chance=crash_chance, restart_us=restart_us)
        self.centre = Centre(key)
        self.centre.happened = self.world.happened
        self.devices: dict[str, Device] = {}
        self._agent_settings = agent
        self._link_check_us = link_check_us
        self._connected: dict[str, tuple[object, object]] = {}
        self.world.add(CONTROLLER, lambda: ControllerHost(self.centre, controller))
        for device in devices:
            self.centre.enroll(device)
        self.world.crash(CONTROLLER)  # it knows whom it has let in from its next start on
        self.world.restart(CONTROLLER)
        for device in devices:
            self.add(device)
        self.world.schedule(0, self._watch_links)

    def add(self, device: Device) -> None:
        """Switch a device on."""
        clock = Clock(device.address)
        of_controller = self.centre.ever[device.name]
        self.devices[device.address] = device
        device.happened = self.world.happened
        self.world.add(
            device.address,
            lambda: AgentHost(device, self.centre.key.public, clock.boot, self._agent_settings, of_controller),
            clock,
        )

    def remove(self, address: str) -> None:
        """Switch a device off for good."""
        self.world.crash(address)
        self._watch(address)
        del self.devices[address]

    def apply(self, text: str) -> int:
        """Apply the job's text centrally; its version."""
        now = self.world.clocks[CONTROLLER].read(self.world.now_us)
        applied = self.centre.registry.apply(ApplyRequest(text), "ada", now)
        if applied.job is not None:
            self.world.tell(CONTROLLER, JobApplied(applied.job))
        return applied.version.version

    def partition(self, *names: str) -> None:
        for name in names:
            self.world.network.partition(name, CONTROLLER)

    def mend(self, name: str) -> None:
        """Both directions between it and the controller work again."""
        self.world.network.mend(name, CONTROLLER)
        self.world.network.mend(CONTROLLER, name)

    def agent(self, address: str) -> AgentHost | None:
        return cast("AgentHost | None", self.world.host(address))

    def controller(self) -> ControllerHost | None:
        return cast("ControllerHost | None", self.world.host(CONTROLLER))

    def run_until(self, condition: Callable[[], bool], what: str, within_us: int, step_us: int = SECOND) -> None:
        """Let time pass until the condition holds; fail with the trace if it does not in time."""
        end = self.world.now_us + within_us
        while not condition():
            if self.world.now_us >= end:
                self.world.fail(f"not within {within_us / SECOND:g} s: {what}")
            self.world.run(step_us)

    def all_run(self, version: int) -> bool:
        """Whether the controller knows of every agent that it runs this version."""
        controller = self.controller()
        if controller is None:
            return False
        reported = [member.standing.reported.values() for member in controller.core.members().values()]
        return all([report.version for report in reports] == [version] for reports in reported)

    def twins_are_equal(self) -> bool:
        """Whether both ends have the same changes, durably, of every twin."""
        return all(map(self.twin_is_equal, self.devices))

    def twin_is_equal(self, address: str) -> bool:
        """Whether both ends have the same changes, durably."""
        device = self.devices[address]
        here = {change.hash for change in device.store.load().changes}
        return here == {change.hash for change in self.centre.store.changes(device.name)}

    def _watch_links(self) -> None:
        for address in list(self.devices):
            self._watch(address)
        self.world.schedule(self._link_check_us, self._watch_links)

    def _watch(self, address: str) -> None:
        """Tell both ends what a connection's own keep-alive would: it is there, it has gone, it is a new one.

        A direction that is cut while the other works goes unnoticed.
        """
        name, wires = self.devices[address].name, self.world.network
        agent, controller = self.world.host(address), self.world.host(CONTROLLER)
        passable = wires.connected(address, CONTROLLER) or wires.connected(CONTROLLER, address)
        ends = (agent, controller) if passable and agent is not None and controller is not None else None
        if self._connected.get(address) == ends:
            return
        self._disconnect(address)
        if ends is not None:
            for other, device in self.devices.items():
                if device.name == name:
                    self._disconnect(other)  # an agent has one connection: the latest
            self._connected[address] = ends
            self.centre.routes[name] = address
            self.world.tell(CONTROLLER, AgentUp(name))
            self.world.tell(address, LinkUp())

    def _disconnect(self, address: str) -> None:
        if self._connected.pop(address, None):
            self.world.tell(CONTROLLER, AgentDown(self.devices[address].name))
            self.world.tell(address, LinkDown())
