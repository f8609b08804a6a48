"""The simulated world, with a host that counts and pings."""

from __future__ import annotations

from typing import Any

import pytest

from edge_orch.testing.network import Faults
from edge_orch.testing.world import Body, SimulationFailed, World
from edge_orch.time import MINUTE, SECOND, Instant


class Pinger:
    """Pings its peer every second and answers pings; counts on its disk, after a while, what it has seen."""

    def __init__(self, disk: list[str], peer: str) -> None:
        self.disk, self.peer = disk, peer
        self.next: int | None = None

    def started(self) -> str:
        return "started"

    def woke(self) -> str:
        return "woke"

    def received(self, source: str, payload: str) -> str:
        return f"{payload} from {source}"

    def handle(self, event: str, now: Instant) -> list[str]:
        if event in ("started", "woke"):
            self.next = now.mono_us + SECOND
            return ["send ping"]
        if event == "boom":
            raise ValueError("boom")
        return ["write " + event, *(["send pong"] if event.startswith("ping") else [])]

    def wake_at(self) -> int | None:
        return self.next

    def perform(self, command: str, body: Body, now: Instant) -> None:
        verb, what = command.split(" ", 1)
        if verb == "send":
            body.send(self.peer, what)
        else:
            self.disk.append(f"{now.boot} {what}")
            if what.startswith("pong"):
                body.later(10 * SECOND, "echo")


def world(seed: int = 1, **options: Any) -> tuple[World, dict[str, list[str]]]:
    disks: dict[str, list[str]] = {"ann": [], "bob": []}
    made = World(seed, options.pop("faults", None), **options)
    made.add("ann", lambda: Pinger(disks["ann"], "bob"))
    made.add("bob", lambda: Pinger(disks["bob"], "ann"))
    return made, disks


def test_hosts_wake_talk_and_do_things_later() -> None:
    made, disks = world()
    made.run(MINUTE)
    assert made.now_us == MINUTE
    assert 58 <= disks["ann"].count("ann-1 ping from bob") <= 61
    assert disks["ann"].count("ann-1 echo") > 40


def test_a_month_of_nothing_takes_no_time() -> None:
    made = World(1)
    made.run(30 * 24 * 60 * MINUTE)
    assert made.now_us == 30 * 24 * 60 * MINUTE


def test_a_crash_loses_timers_and_mail_and_keeps_the_disk() -> None:
    made, disks = world()
    made.run(20 * SECOND)
    before = list(disks["ann"])
    made.crash("ann")
    assert made.host("ann") is None
    made.run(20 * SECOND)
    assert disks["ann"] == before
    made.restart("ann")
    made.restart("ann")
    made.run(5 * SECOND)
    assert disks["ann"][: len(before)] == before
    assert set(disks["ann"][len(before) :]) == {"ann-2 ping from bob", "ann-2 pong from bob"}


def test_hosts_may_crash_between_any_two_commands() -> None:
    made, disks = world(crash_chance=0.2)
    made.run(MINUTE)
    assert any(line.startswith("ann-3") for line in disks["ann"])
    assert made.happened["crashed between commands"] > 4
    assert made.happened["lost in a crash"] > 0


@pytest.mark.parametrize("seed", [1, 2])
def test_one_seed_gives_one_history(seed: int) -> None:
    def history() -> dict[str, list[str]]:
        made, disks = world(seed, faults=Faults(loss=0.3, duplication=0.3), crash_chance=0.05)
        made.run(MINUTE)
        return disks

    assert history() == history()
    assert history() != world(seed)[1]


def test_an_exception_names_the_seed_and_what_came_before() -> None:
    made, _ = world(seed=77)
    made.run(SECOND)
    with pytest.raises(SimulationFailed, match=r"(?s)ValueError: boom.*seed: 77.*ann → bob: ping.*ann ← boom"):
        made.tell("ann", "boom")


def test_a_broken_invariant_stops_the_world() -> None:
    made, disks = world(seed=5)

    def few() -> None:
        assert len(disks["ann"]) < 10, "too many"

    made.invariants.append(few)
    with pytest.raises(SimulationFailed, match=r"(?s)too many.*seed: 5"):
        made.run(MINUTE)
    assert len(disks["ann"]) == 10


def test_a_host_that_never_rests_is_a_failure() -> None:
    class Restless(Pinger):
        def wake_at(self) -> int | None:
            return 0

    made = World(3)
    made.add("ann", lambda: Restless([], "ann"))
    with pytest.raises(SimulationFailed, match="events at one instant"):
        made.run(SECOND)


def test_things_can_be_scheduled() -> None:
    made, disks = world()
    made.schedule(5 * SECOND, lambda: made.network.partition("ann", "bob"))
    made.run(MINUTE)
    assert len(disks["bob"]) < 25
