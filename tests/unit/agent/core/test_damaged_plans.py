"""The stored plan of what runs is damaged while the device is off."""

from __future__ import annotations

import pytest
from edge_orch_agent.core.alarms import PLAN
from edge_orch_agent.core.transaction import Transaction

from edge_orch.time import MINUTE, SECOND
from edge_orch.twin.facts import JobState
from tests.unit.agent.core.press import JOB, WITH_ANOTHER_SUMMARY, a_rig, break_versions, lines, numbers, windows
from tests.unit.agent.core.rig import Rig


def damage(rig: Rig, version: int) -> None:
    """One bit of the version's stored envelope flips, and the device starts with no network."""
    rig.link(up=False)
    state = rig.store.load()
    digest = next(slot.digest for slot in state.slots if slot.version == version)
    envelope = bytearray(state.envelopes[digest])
    envelope[len(envelope) // 2] ^= 1
    rig.store.commit(Transaction(envelopes={digest: bytes(envelope)}))
    rig.restart()
    rig.run(SECOND)


def plan_alarms(rig: Rig) -> list[str]:
    return sorted(fact.event for fact in rig.facts().episodes.values() if fact.rule == PLAN)


def two_versions() -> Rig:
    """Version 2 is current, version 1 the last good one."""
    rig = a_rig([lines(0, 5)])
    rig.run(2 * MINUTE)
    rig.desire(WITH_ANOTHER_SUMMARY, 2)
    rig.run(2 * MINUTE)
    rig.sources["press"].batches = [lines(0, 5), lines(5, 25)]
    rig.run(2 * MINUTE)
    return rig


def test_with_no_version_to_return_to_the_job_waits_says_so_and_heals_by_itself() -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(SECOND)
    damage(rig, 1)
    (job,) = rig.core.view().jobs
    assert (job.version, job.state) == (0, "fetching")
    assert rig.facts().reported["press"].state is JobState.FAILED
    assert "the stored plan of version 1 is damaged" in job.error
    assert plan_alarms(rig) == ["opened"]
    (told,) = [fact.summary for fact in rig.facts().episodes.values() if fact.rule == PLAN]
    assert "job press, version 1, is damaged: the job stands still" in told
    rig.sources["press"].batches = [lines(0, 5), lines(5, 10)]
    rig.link(up=True)
    rig.run(2 * MINUTE)
    (job,) = rig.core.view().jobs
    assert (job.version, job.state, job.error) == (1, "running", "")
    assert numbers(rig) == list(range(15))
    assert windows(rig)[0] == (10, "2026-01-01T00:00:00Z")  # with the five from before the damage
    assert plan_alarms(rig) == ["opened", "resolved"]


def test_the_last_good_version_runs_until_the_plan_is_here_again() -> None:
    rig = two_versions()
    damage(rig, 2)
    (job,) = rig.core.view().jobs
    assert (job.version, job.state) == (1, "fetching")
    assert "the stored plan of version 2 is damaged" in job.error
    assert plan_alarms(rig) == ["opened"]
    rig.sources["press"].batches = [*rig.sources["press"].batches, lines(30, 5)]
    rig.run(SECOND)
    rig.link(up=True)
    rig.run(2 * MINUTE)
    (job,) = rig.core.view().jobs
    assert (job.version, job.state, job.error) == (2, "running", "")
    assert numbers(rig) == list(range(35))
    assert plan_alarms(rig) == ["opened", "resolved"]
    assert rig.controller.replica.facts().reported["press"].version == 2


@pytest.mark.parametrize("damaged", [{1}, {1, 2}])
def test_a_restart_in_between_forgets_nothing(damaged: set[int]) -> None:
    rig = two_versions()
    for version in sorted(damaged | {2}, reverse=True):
        damage(rig, version)
    rig.restart()
    rig.run(SECOND)
    (job,) = rig.core.view().jobs
    assert (job.version, job.state) == (0, "fetching")
    rig.restart()
    rig.link(up=True)
    rig.run(2 * MINUTE)
    (job,) = rig.core.view().jobs
    assert (job.version, job.state, job.error) == (2, "running", "")
    assert plan_alarms(rig).count("resolved") == plan_alarms(rig).count("opened")


def test_what_nobody_wants_now_is_fetched_too_where_the_wanted_version_has_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(2 * MINUTE)
    break_versions(monkeypatch, {2}, at="__init__")
    rig.desire(WITH_ANOTHER_SUMMARY, 2)
    rig.run(SECOND)
    damage(rig, 1)
    assert not rig.core.jobs.running
    rig.link(up=True)
    rig.run(2 * MINUTE)
    (job,) = rig.core.view().jobs
    assert (job.version, job.state, job.desired) == (1, "running", 2)
    assert plan_alarms(rig) == ["opened", "resolved"]


def test_a_version_that_cannot_start_any_more_is_not_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = two_versions()
    damage(rig, 2)
    break_versions(monkeypatch, {2}, at="__init__")
    rig.link(up=True)
    rig.run(2 * MINUTE)
    (job,) = rig.core.view().jobs
    assert (job.version, job.state) == (1, "running")
    assert "version 2 cannot start" in job.error
    assert plan_alarms(rig) == ["opened", "resolved"]


def test_the_version_that_runs_in_its_place_may_be_wanted_meanwhile() -> None:
    rig = two_versions()
    damage(rig, 2)
    rig.desire(JOB, 1)
    rig.link(up=True)
    rig.run(2 * MINUTE)
    (job,) = rig.core.view().jobs
    assert (job.version, job.state, job.error) == (1, "running", "")
    assert plan_alarms(rig) == ["opened", "resolved"]


def test_a_job_that_only_waits_for_its_plan_can_be_removed() -> None:
    rig = a_rig([])
    rig.run(2 * MINUTE)
    damage(rig, 1)
    rig.desire(JOB, 1, removed=True)
    rig.link(up=True)
    rig.run(MINUTE)
    assert rig.store.load().slots == []
    assert rig.controller.replica.facts().reported["press"].state is JobState.REMOVED
    assert plan_alarms(rig) == ["opened", "resolved"]
