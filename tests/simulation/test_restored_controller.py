"""A controller put back from an old backup refuses what it forgot and agents still have, says so, and work goes on."""

from __future__ import annotations

import copy
from functools import partial

from edge_orch_controller.core.events import OverrideRequested

from edge_orch.testing.network import Faults
from edge_orch.time import HOUR, MINUTE
from tests.simulation.agent_host import CONTROLLER
from tests.simulation.device import Device
from tests.simulation.fleet import Fleet
from tests.simulation.jobs import PRESS, RECORDS, sensor


def test_what_it_forgot_is_refused_and_said_and_the_agents_work_on() -> None:
    devices = [Device(name, {"role": "press"}, sensor(60, 50), batch_us=MINUTE) for name in ("one", "two")]
    fleet = Fleet(1, devices, Faults())
    fleet.apply(PRESS[0])
    fleet.run_until(partial(fleet.all_run, 1), "all at version 1", HOUR)
    backup = copy.deepcopy(fleet.centre.store)
    wish = OverrideRequested(1, "one", "press", "hot_c", 110.0, "new dies", "ada", "operator")
    fleet.world.tell(CONTROLLER, wish)
    arrived = lambda: 1 in fleet.centre.replies and fleet.twins_are_equal()  # noqa: E731
    fleet.run_until(arrived, "the override arrives", HOUR)

    delivered = len(fleet.devices["one"].records("lake"))
    fleet.world.crash(CONTROLLER)
    fleet.centre.restored(backup)
    fleet.world.restart(CONTROLLER)
    fleet.world.run(20 * MINUTE)
    agent = fleet.agent("one")
    assert agent is not None
    assert agent.core.parameters.effective.parameters["press", "hot_c"].value == 110.0
    assert not fleet.twin_is_equal("one")
    assert {name for name, _ in fleet.centre.warned} == {"one"}
    assert fleet.twin_is_equal("two")
    assert len(fleet.devices["one"].records("lake")) > delivered + 15 * RECORDS
