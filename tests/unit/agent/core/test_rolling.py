"""An agent's twin begins anew when its history has outgrown what still matters."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from edge_orch_agent.core import reconciliation
from edge_orch_agent.core.events import OverrideRequested

from edge_orch.time import MINUTE, SECOND
from edge_orch.twin.settled import settled
from tests.unit.agent.core.press import a_rig, lines, override, told
from tests.unit.agent.core.rig import Rig


def small(rig: Rig) -> Rig:
    rig.settings = msgspec.structs.replace(rig.settings, roll_bytes=2_000)
    rig.restart()
    rig.run(SECOND)
    return rig


def overrides(rig: Rig, count: int) -> None:
    for number in range(count):
        wish: OverrideRequested = override(90.0 + number, request=100 + number)
        rig.tell(wish)
    rig.run(MINUTE)


def test_it_rolls_when_the_controller_has_everything_and_goes_on_after_a_restart() -> None:
    rig = small(a_rig([]))
    overrides(rig, 12)
    twin = rig.core.twin.replica
    assert twin.epoch.number >= 1
    assert len(rig.facts().overrides) < 12
    assert rig.controller.replica.facts() == rig.facts()
    assert rig.controller.replica.epoch == twin.epoch
    assert rig.core.view().parameters[0].value == 101.0
    archived = {key for _, key, _ in rig.store.archived()}
    assert archived.isdisjoint(rig.facts().overrides)
    assert len(archived) + len(rig.facts().overrides) == 12
    rig.restart()
    rig.run(MINUTE)
    assert rig.core.twin.replica.epoch == twin.epoch
    assert rig.core.view().parameters[0].value == 101.0
    overrides(rig, 1)
    assert rig.controller.replica.facts() == rig.facts()


def test_it_does_not_roll_while_it_is_away() -> None:
    rig = small(a_rig([]))
    rig.link(up=False)
    overrides(rig, 12)
    assert rig.core.twin.replica.epoch.number == 0
    rig.link(up=True)
    rig.run(MINUTE)
    assert rig.core.twin.replica.epoch.number == 1
    assert rig.controller.replica.facts() == rig.facts()


def test_a_failed_commit_of_a_new_epoch_is_tried_again_and_nothing_is_said_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = small(a_rig([]))
    monkeypatch.setattr(rig.core.twin, "_roll_at", 1 << 30)
    overrides(rig, 12)
    rig.commits_to_fail = 2
    rig.core.twin._roll_at = 1
    rig.run(100)
    assert rig.core.twin.replica.epoch.number == 1
    assert rig.controller.replica.epoch.number == 0
    rig.run(MINUTE)
    assert rig.controller.replica.epoch.number == 1
    assert rig.controller.replica.facts() == rig.facts()


def test_it_is_not_looked_at_again_at_every_event(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0

    def counted(*args: Any) -> Any:
        nonlocal looked
        looked += 1
        return settled(*args)

    rig = small(a_rig([]))
    monkeypatch.setattr(reconciliation, "settled", counted)
    rig.core.twin._roll_at = 1
    for _ in range(20):
        rig.run(SECOND)
    assert looked <= 1


def flapping(episodes: int) -> list[bytes]:
    return [lines(2 * number, 1, 99.0) + lines(2 * number + 1, 1) for number in range(episodes)]


def test_a_storm_of_episodes_apart_stays_within_its_room_and_is_counted() -> None:
    rig = a_rig([])
    rig.settings = msgspec.structs.replace(rig.settings, apart_bytes=16_000)
    rig.restart()
    rig.run(SECOND)
    rig.tell(override(90.0))
    rig.link(up=False)
    rig.sources["press"].batches.extend(flapping(120))
    largest = 0
    while len(told(rig)) < 240:
        rig.run(MINUTE)
        largest = max(largest, rig.core.twin.replica.size)
    assert largest < 20_000
    (tally,) = rig.facts().later.values()
    kept = {fact.episode for fact in rig.facts().episodes.values()}
    assert tally.count + len(kept) == 120
    view = rig.core.view()
    assert [(one.job, one.rule, one.count) for one in view.tallies] == [("press", "hot", tally.count)]
    assert view.twin_bytes == rig.core.twin.replica.size
    rig.restart()
    rig.link(up=True)
    rig.run(MINUTE)
    assert rig.controller.replica.facts() == rig.facts()
    assert rig.controller.replica.facts().later == {tally.key: tally}
    assert rig.core.view().parameters[0].value == 90.0


def test_a_storm_of_episodes_that_the_controller_hears_of_is_not_counted_and_leaves_the_twin() -> None:
    rig = a_rig(flapping(120))
    rig.settings = msgspec.structs.replace(rig.settings, roll_bytes=4_000)
    rig.restart()
    largest = 0
    while len(told(rig)) < 240:
        rig.run(MINUTE)
        largest = max(largest, rig.core.twin.replica.size)
    assert largest < 30_000
    assert rig.facts().later == {}
    assert rig.core.view().tallies == ()
    assert rig.controller.replica.facts() == rig.facts()
