"""A fleet in a simulated world: a controller, devices, and the wires between them, which both ends watch."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from edge_orch_agent.core.events import LinkDown, LinkUp
from edge_orch_controller.core.events import AgentDown, AgentUp, JobApplied

from edge_orch.testing.clock import Clock
from edge_orch.testing.network import Faults
from edge_orch.testing.world import World
from edge_orch.time import MILLISECOND, SECOND
from tests.simulation.agent_host import CONTROLLER, AgentHost, Device
from tests.simulation.controller_host import Centre, ControllerHost

LINK_CHECK_US = 500 * MILLISECOND
"""How long both ends take to notice that a connection came or went."""


class Fleet:
    """Devices are enrolled; what goes wrong on the way of messages says `faults`."""

    def __init__(
        self, seed: int, names: list[str], sensor: Callable[[int], bytes], faults: Faults, crash_chance: float = 0.0
    ) -> None:
        self.world = World(seed, faults, crash_chance=crash_chance, restart_us=3 * SECOND)
        self.centre = Centre()
        self.devices = {name: Device(name, {"role": name.split("-")[0]}, sensor) for name in names}
        self._connected: dict[str, tuple[object, object]] = {}
        for device in self.devices.values():
            self.centre.enroll(device)
        self.world.add(CONTROLLER, lambda: ControllerHost(self.centre))
        for name, device in self.devices.items():
            self._add(name, device)
        self._watch_links()

    def _add(self, name: str, device: Device) -> None:
        clock = Clock(name)
        self.world.add(name, lambda: AgentHost(device, self.centre.key.public, clock.boot), clock)

    def apply(self, text: str) -> int:
        """Apply the job's text centrally; its version."""
        now = self.world.clocks[CONTROLLER].read(self.world.now_us)
        applied = self.centre.registry.apply(text, "job.yaml", "ada", now)
        if applied.job is not None:
            self.world.tell(CONTROLLER, JobApplied(applied.job))
        return applied.version.version

    def partition(self, *names: str) -> None:
        for name in names:
            self.world.network.partition(name, CONTROLLER)

    def agent(self, name: str) -> AgentHost | None:
        return cast("AgentHost | None", self.world.host(name))

    def controller(self) -> ControllerHost | None:
        return cast("ControllerHost | None", self.world.host(CONTROLLER))

    def run_until(self, condition: Callable[[], bool], what: str, within_us: int) -> None:
        """Let time pass until the condition holds; fail with the trace if it does not in time."""
        end = self.world.now_us + within_us
        while not condition():
            if self.world.now_us >= end:
                self.world.fail(f"not within {within_us / SECOND:g} s: {what}")
            self.world.run(SECOND)

    def all_run(self, version: int) -> bool:
        """Whether the controller knows of every agent that it runs this version."""
        controller = self.controller()
        if controller is None:
            return False
        reported = [member.standing.reported.values() for member in controller.core.members().values()]
        return all([report.version for report in reports] == [version] for reports in reported)

    def twins_are_equal(self) -> bool:
        """Whether both ends have the same changes, durably, of every twin."""
        for name, device in self.devices.items():
            here = {change.hash for change in device.store.load().changes}
            if here != {change.hash for change in self.centre.store.changes(name)}:
                return False
        return True

    def _watch_links(self) -> None:
        """Tell both ends what a connection's own keep-alive would: it is there, it has gone, it is a new one."""
        controller = self.world.host(CONTROLLER)
        for name in self.devices:
            agent = self.world.host(name)
            wires = self.world.network
            whole = wires.connected(name, CONTROLLER) and wires.connected(CONTROLLER, name)
            ends = (agent, controller) if whole and agent is not None and controller is not None else None
            before = self._connected.get(name)
            if before == ends:
                continue
            if before is not None:
                del self._connected[name]
                self.world.tell(CONTROLLER, AgentDown(name))
                self.world.tell(name, LinkDown())
            if ends is not None:
                self._connected[name] = ends
                self.world.tell(CONTROLLER, AgentUp(name))
                self.world.tell(name, LinkUp())
        self.world.schedule(LINK_CHECK_US, self._watch_links)
