"""A controller put back from an old backup takes back from the agents what it forgot, and work goes on."""

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


def test_what_it_forgot_comes_back_from_the_agents() -> None:
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
    assert fleet.twins_are_equal()
    assert fleet.centre.warned == []
    assert [override.value for override in fleet.centre.store.facts("one").overrides.values()] == [110.0]
    assert len(fleet.devices["one"].records("lake")) > delivered + 15 * RECORDS


def test_a_rollout_that_it_forgot_goes_on_until_the_next_one_which_gets_a_higher_generation() -> None:
    devices = [Device(name, {"role": "press"}, sensor(60, 50), batch_us=MINUTE) for name in ("one", "two")]
    fleet = Fleet(1, devices, Faults())
    fleet.apply(PRESS[0])
    fleet.run_until(partial(fleet.all_run, 1), "all at version 1", HOUR)
    backup = copy.deepcopy(fleet.centre.store)
    fleet.apply(PRESS[1])
    fleet.run_until(partial(fleet.all_run, 2), "all at version 2", HOUR)

    fleet.world.crash(CONTROLLER)
    fleet.centre.restored(backup)
    fleet.world.restart(CONTROLLER)
    fleet.world.run(5 * MINUTE)
    assert fleet.twins_are_equal()
    assert fleet.all_run(2), "nobody went back to version 1"
    assert {name for name, _ in fleet.centre.warned} == {"one", "two"}, "and it says what it does not remember"
    assert fleet.apply(PRESS[2]) == 3, "a number that no agent knows for something else"
    fleet.run_until(partial(fleet.all_run, 3), "all at version 3", HOUR)
    assert fleet.twins_are_equal()


def test_a_rollout_begun_after_the_restore_goes_above_the_forgotten_one_of_an_agent_that_comes_back_later() -> None:
    devices = [Device(name, {"role": "press"}, sensor(60, 50), batch_us=MINUTE) for name in ("one", "two")]
    fleet = Fleet(1, devices, Faults())
    fleet.apply(PRESS[0])
    fleet.run_until(partial(fleet.all_run, 1), "all at version 1", HOUR)
    backup = copy.deepcopy(fleet.centre.store)
    fleet.apply(PRESS[1])
    fleet.run_until(partial(fleet.all_run, 2), "all at version 2", HOUR)

    fleet.partition("one", "two")
    fleet.world.crash(CONTROLLER)
    fleet.centre.restored(backup)
    fleet.world.restart(CONTROLLER)
    fleet.world.run(5 * MINUTE)
    fleet.apply(PRESS[2])
    fleet.world.network.heal()
    last = partial(_runs_threshold, fleet)
    fleet.run_until(last, "both run what was asked for last", HOUR)
    fleet.run_until(fleet.twins_are_equal, "twins are equal", HOUR)


def _runs_threshold(fleet: Fleet) -> bool:
    wanted = fleet.centre.store.versions("press")[0].digest
    slots = [agent.core.jobs.slots.running("press") for name in ("one", "two") if (agent := fleet.agent(name))]
    return [slot.digest for slot in slots if slot] == [wanted, wanted]
