"""The scenario of the project: the network goes, both sides decide, a machine crashes, the network comes back."""

from __future__ import annotations

import json

import pytest
from edge_orch_agent.core.events import OverrideRequested

from edge_orch.testing.network import Faults
from edge_orch.time import MILLISECOND, MINUTE, SECOND
from edge_orch.twin.fold import fold
from tests.simulation.agent_host import CONTROLLER
from tests.simulation.device import Device
from tests.simulation.fleet import Fleet

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: press}
spec:
  target: role = 'press'
  params:
    hot_c: {type: float, default: 85.0, min: 0, max: 200, override: operator}
  source: {mqtt: {topic: raw}}
  steps:
    - name: parsed
      schematize:
        json: {}
        fields: {n: {type: int}, temp_c: {type: float}}
    - name: hot
      from: parsed
      alert:
        when: temp_c > :hot_c
        clear: {when: temp_c < :hot_c}
        severity: critical
        summary: 'hot'
        notify: [oncall]
  outputs: {raw: {from: parsed, to: lake}}
  sinks:
    lake: {http: {url: 'http://127.0.0.1:1/lake'}}
    oncall: {webhook: {url: 'http://127.0.0.1:1/oncall'}}
"""
VERSION_2 = JOB.replace("summary: 'hot'", "summary: 'too hot'")
BATCH = 5
HOT_FROM, HOT_TO = 75, 90  # batches, one a second: while the network is gone
NAMES = ["press-1", "press-2", "press-3"]
ROUGH = Faults(loss=0.15, duplication=0.15, corruption=0.02, max_delay_us=400 * MILLISECOND)


def sensor(number: int, _flaps: bool) -> bytes:
    """Batch `number`: five numbered records."""
    temp_c = 120.0 if HOT_FROM <= number < HOT_TO else 60.0
    return b"".join(b'{"n":%d,"temp_c":%.1f}\n' % (number * BATCH + i, temp_c) for i in range(BATCH))


def play(seed: int, crash_chance: float = 0.0) -> Fleet:
    """The scenario, to the end at which everything must be well again."""
    devices = [Device(name, {"role": "press"}, sensor) for name in NAMES]
    fleet = Fleet(seed, devices, ROUGH, crash_chance)
    world = fleet.world
    assert fleet.apply(JOB) == 1
    fleet.run_until(lambda: fleet.all_run(1), "all at version 1", 5 * MINUTE)
    world.run(max(0, 60 * SECOND - world.now_us))

    fleet.partition(*NAMES)
    world.run(3 * SECOND)
    device, request = fleet.devices["press-1"], 0
    while device.replies.get(request) is None:  # a person asks again when the machine crashed under their hands
        request += 1
        wish = OverrideRequested(request, "press", "hot_c", 110.0, "new dies run hotter", "olga", "operator")
        world.tell("press-1", wish)
        world.run(5 * SECOND)
    assert device.replies[request].problem is None
    assert fleet.apply(VERSION_2) == 2
    world.crash("press-2")
    world.run(7 * SECOND)
    world.restart("press-2")
    alerted = lambda: all(device.records("oncall") for device in fleet.devices.values())  # noqa: E731
    fleet.run_until(alerted, "alerts leave from the edge", 10 * MINUTE)
    assert not fleet.world.network.connected("press-1", CONTROLLER)

    world.network.heal()
    world.crash_chance = 0.0
    fleet.run_until(lambda: fleet.all_run(2), "all at version 2", 10 * MINUTE)
    fleet.run_until(fleet.twins_are_equal, "twins equal", 5 * MINUTE)
    return fleet


def check(fleet: Fleet) -> None:
    """What must be true in the end, whatever happened on the way."""
    controller = fleet.controller()
    assert controller is not None
    assert fleet.centre.warnings == []
    assert [rollout.state for rollout in fleet.centre.store.rollouts()] == ["done", "done"]
    now = fleet.world.clocks[CONTROLLER].read(fleet.world.now_us)
    for name, device in fleet.devices.items():
        agent = fleet.agent(name)
        assert agent is not None
        facts = fleet.centre.store.facts(name)
        assert facts == agent.core.twin.facts()
        heads = tuple(sorted(head.hex() for head in agent.core.twin.replica.heads()))
        assert heads == controller.core.members()[name].heads or controller.core.members()[name].heads == ()
        here = agent.core.parameters.effective
        there = fold(facts, controller.core.params(), now)
        assert here.parameters == there.parameters
        if name == "press-1":
            hot = there.parameters["press", "hot_c"]
            assert hot.value == 110.0
            assert "new dies run hotter" in hot.reasons[-1]
        notices = [json.loads(line) for line in device.records("oncall")]
        episodes = [(notice["episode"], notice["event"]) for notice in notices]
        assert len(episodes) == len(set(episodes)), "an alert was notified twice"
        assert [event for _, event in episodes].count("opened") == len(there.alerts) >= 1
        numbers = [json.loads(line)["n"] for line in device.records("lake")]
        assert numbers == list(range(len(numbers))), "a record was lost, doubled or put out of order"
        assert len(numbers) > HOT_FROM * BATCH


@pytest.mark.parametrize("seed", range(20))
def test_partition_override_rollout_crash_heal(seed: int) -> None:
    check(play(seed))


@pytest.mark.parametrize("seed", range(100, 105))
def test_the_same_with_crashes_between_any_two_commands(seed: int) -> None:
    check(play(seed, crash_chance=0.01))


def test_one_seed_is_one_history() -> None:
    first, second = (play(7) for _ in range(2))
    for name in NAMES:
        assert first.devices[name].taken == second.devices[name].taken
        assert first.centre.store.changes(name) == second.centre.store.changes(name)
    assert first.world.now_us == second.world.now_us
