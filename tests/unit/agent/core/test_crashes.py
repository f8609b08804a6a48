"""A version in whose code the process ends, and what becomes of it."""

from __future__ import annotations

from edge_orch_agent.core.guarding import Crash
from edge_orch_agent.core.view import JobStatus

from edge_orch.time import MINUTE, SECOND
from edge_orch.twin.facts import JobState
from tests.unit.agent.core.press import (
    WITH_ANOTHER_SUMMARY,
    a_rig,
    lines,
    numbers,
)
from tests.unit.agent.core.rig import Rig


def crashed(rig: Rig, crash: Crash) -> JobStatus:
    """The device comes up after the process ended so; its job, told to the controller too."""
    rig.restart(crash)
    rig.run(SECOND)
    (job,) = rig.core.view().jobs
    return job


def test_a_version_that_ends_the_process_again_and_again_is_given_up_offline() -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(2 * MINUTE)
    rig.desire(WITH_ANOTHER_SUMMARY, 2)
    rig.run(SECOND)
    rig.link(up=False)
    for times in (1, 2):  # a plug that was pulled looks the same
        assert crashed(rig, Crash("press", 2, times, times)).version == 2
    rig.sources["press"].batches = [lines(0, 5), lines(5, 5)]
    job = crashed(rig, Crash("press", 2, 3, 3))
    assert job.version == 1
    assert "ended 3 times in a row" in job.error
    assert numbers(rig) == list(range(10))
    rig.link(up=True)
    rig.restart()
    rig.run(SECOND)
    reported = rig.controller.replica.facts().reported["press"]
    assert (reported.version, reported.state) == (1, JobState.RUNNING)
    assert "ended 3 times" in reported.error


def test_with_nothing_to_return_to_it_is_stopped_and_the_agent_goes_on() -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(SECOND)
    job = crashed(rig, Crash("press", 1, 10, 1))
    assert (job.version, job.state) == (0, "failed")
    assert rig.controller.replica.facts().reported["press"].state is JobState.FAILED
    rig.desire(WITH_ANOTHER_SUMMARY, 2)
    rig.run(SECOND)
    assert rig.core.view().jobs[0].version == 2


def test_a_plug_pulled_at_random_blames_nobody() -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(SECOND)
    for times in range(1, 10):
        assert crashed(rig, Crash("press", 1, times, 1 + times % 2)).version == 1
    assert crashed(rig, Crash("press", 9, 20, 20)).version == 1
