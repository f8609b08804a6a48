"""Epochs that pass under every fault at once: replicas end in one of them and lose nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_orch.testing.network import Faults
from edge_orch.time import SECOND
from edge_orch.twin import rolling
from edge_orch.twin.facts import Section
from edge_orch.twin.sync import SyncSession
from tests.unit.twin.histories import FAULTS, NAMES, History
from tests.unit.twin.peers import Peer, RollOver


class Rolling(History):
    """A history in which the agent rolls its twin now and then, letting go of most facts."""

    def live(self, steps: int) -> None:
        for _ in range(steps):
            super().live(1)
            agent = self.world.host("agent")
            if isinstance(agent, Peer) and self.world.random.random() < 0.5:
                may_go = (Section.ACKS, Section.OVERRIDES, Section.DESIRED)
                gone = [place for place in agent.replica.texts() if place[0] in may_go][:-1]
                self.world.tell("agent", RollOver(tuple(gone)))
                self.world.run(self.world.random.randint(0, SECOND))


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    faults=FAULTS,
    steps=st.integers(5, 30),
    crash_chance=st.sampled_from([0.0, 0.05]),
    restores=st.booleans(),
)
def test_replicas_converge_and_lose_nothing_while_epochs_pass(
    seed: int, faults: Faults, steps: int, crash_chance: float, restores: bool
) -> None:
    history = Rolling(seed, faults, crash_chance=crash_chance, restores=restores)
    history.start()
    history.live(steps)
    history.peace()
    agent, controller = history.replicas()
    if (agent.epoch, agent.vector(), agent.heads()) != (controller.epoch, controller.vector(), controller.heads()):
        history.world.fail("after healing they differ")
    if agent.facts() != controller.facts():
        history.world.fail("after healing they mean different things")
    for name in NAMES:
        if history.disks[name].quarantines:
            history.world.fail(f"honest peers met {history.disks[name].quarantines}")
    if not restores:
        known = {*agent.texts(), *((section, key) for section, key, _ in history.disks["agent"].archive)}
        central = {*controller.texts(), *((section, key) for section, key, _ in history.disks["controller"].archive)}
        if known != central:
            history.world.fail(f"one side has what the other never had: {known ^ central}")
        if lost := (history.disks["agent"].told | history.disks["controller"].told) - known:
            history.world.fail(f"a durable fact is neither in the twin nor in the archive: {lost}")


def test_histories_do_roll() -> None:
    history = Rolling(7, Faults())
    history.start()
    history.live(60)
    history.peace()
    assert history.replicas()[1].epoch.number > 2


def caught() -> bool:
    """Whether the histories above fail with the bug that was put in, within 40 of them."""
    play = test_replicas_converge_and_lose_nothing_while_epochs_pass.hypothesis.inner_test  # type: ignore[attr-defined]
    for seed in range(40):
        try:
            play(seed=seed, faults=Faults(loss=0.3, duplication=0.2), steps=30, crash_chance=0.05, restores=False)
        except AssertionError:
            return True
    return False


def test_the_test_catches_facts_that_are_not_carried_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rolling, "written_above", lambda *_: set())
    assert caught()


def test_the_test_catches_a_roll_of_what_the_controller_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SyncSession, "may_roll", property(lambda self: self._decides and not self._rolling))
    assert caught()
