from __future__ import annotations

import pytest

from edge_orch.time import HOUR, MINUTE, SECOND
from edge_orch.twin.facts import JobState
from tests.unit.agent.core.numbered_source import Source
from tests.unit.agent.core.press import JOB, WITH_ANOTHER_SUMMARY, a_rig, break_versions, lines, numbers
from tests.unit.agent.core.rig import Rig

OTHER_UNIT = JOB.replace("temp_c: {type: float}", "temp_c: {type: float, min: 250, max: 500}")  # kelvin: refuses all
NOISE = b"% a line of noise\n" * 30


def slots(rig: Rig) -> dict[str, int]:
    return {slot.slot.value: slot.version for slot in rig.store.load().slots}


def after(first: list[bytes], text: str, then: list[bytes]) -> Rig:
    """Version 1 has run for long and seen the first batches; then this version comes, and these batches."""
    rig = a_rig(first)
    rig.run(2 * MINUTE)
    rig.desire(text, 2)
    rig.link(up=False)
    rig.sources["press"].batches = first + then
    rig.run(SECOND)
    return rig


def test_a_version_that_refuses_nearly_everything_gives_way_to_the_one_before() -> None:
    rig = after([lines(0, 50)], OTHER_UNIT, [lines(50, 30), lines(80, 10)])
    (job,) = rig.core.view().jobs
    assert (job.version, job.desired, job.state) == (1, 2, "running")
    assert slots(rig) == {"current": 1, "failed": 2}
    reason = "version 2: 30 of 30 records became dead letters, and version 1 would have taken them"
    assert job.error == reason
    assert [letter.version for letter in rig.dead()] == [2] * 30  # kept: they can be replayed
    assert numbers(rig) == [*range(50), *range(80, 90)]
    rig.link(up=True)
    rig.run(HOUR)
    reported = rig.controller.replica.facts().reported["press"]
    assert (reported.version, reported.generation, reported.state) == (1, 2, JobState.RUNNING)
    assert reported.error == reason
    assert slots(rig) == {"current": 1, "failed": 2}  # not tried again


def test_it_is_not_judged_by_a_few() -> None:
    rig = after([lines(0, 50)], OTHER_UNIT, [lines(50, 19)])
    assert slots(rig) == {"current": 1, "candidate": 2}
    rig.sources["press"].batches.append(lines(69, 1))
    rig.run(SECOND)
    assert slots(rig) == {"current": 1, "failed": 2}


def test_its_probation_lasts_until_it_has_shown_what_it_does() -> None:
    rig = after([lines(0, 50)], OTHER_UNIT, [])
    rig.run(10 * HOUR)  # the line stood still all night
    assert slots(rig) == {"current": 1, "candidate": 2}
    rig.sources["press"].batches.append(lines(50, 30))
    rig.run(SECOND)
    assert slots(rig) == {"current": 1, "failed": 2}


def test_a_sound_version_ends_its_probation_with_the_records_that_were_missing() -> None:
    rig = after([lines(0, 50)], WITH_ANOTHER_SUMMARY, [lines(50, 10)])
    rig.run(HOUR)
    assert slots(rig) == {"current": 1, "candidate": 2}
    rig.sources["press"].batches.append(lines(60, 10))
    rig.run(SECOND)
    assert slots(rig) == {"last_good": 1, "current": 2}


def test_what_the_version_before_refuses_too_does_not_count() -> None:
    rig = after([NOISE], WITH_ANOTHER_SUMMARY, [NOISE, NOISE])
    rig.run(MINUTE)
    assert slots(rig) == {"last_good": 1, "current": 2}


def test_among_noise_it_is_the_useful_records_that_count() -> None:
    noisy = [NOISE + lines(50 + n, 1) for n in range(0, 15)]
    rig = after([NOISE], OTHER_UNIT, noisy)
    assert slots(rig) == {"current": 1, "candidate": 2}  # 15 useful ones: too few yet
    rig.sources["press"].batches += [NOISE + lines(65 + n, 2) for n in range(0, 20, 2)]
    rig.run(SECOND)
    assert slots(rig) == {"current": 1, "failed": 2}


def test_one_in_ten_that_passes_is_enough() -> None:
    mixed = [lines(50 + 10 * n, 8) + lines(58 + 10 * n, 2, 300.0) for n in range(10)]
    rig = after([lines(0, 50)], OTHER_UNIT, mixed)
    rig.run(MINUTE)
    assert slots(rig) == {"last_good": 1, "current": 2}


def test_with_another_source_the_version_before_says_nothing_of_its_records() -> None:
    text = JOB.replace("topic: raw", "topic: other")
    rig = after([lines(0, 50)], text, [NOISE])
    assert slots(rig) == {"current": 1, "failed": 2}
    assert rig.core.view().jobs[0].error == "version 2: 30 of 30 records became dead letters"


def test_a_version_before_that_cannot_start_any_more_is_not_returned_to(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = a_rig([lines(0, 50)])
    rig.run(2 * MINUTE)
    rig.desire(OTHER_UNIT, 2)
    break_versions(monkeypatch, {1}, at="__init__")
    rig.sources["press"].batches = [lines(0, 50), lines(50, 30)]
    rig.run(SECOND)
    assert slots(rig) == {"current": 1, "candidate": 2}
    assert rig.core.view().jobs[0].version == 2


def test_a_first_version_goes_on_and_says_so() -> None:
    rig = Rig()
    rig.sources["press"] = Source([lines(0, 30), lines(30, 30)])
    rig.desire(OTHER_UNIT, 1)
    rig.link(up=True)
    rig.run(2 * MINUTE)
    (job,) = rig.core.view().jobs
    reason = "version 1: 60 of 60 records became dead letters, and there is no version to return to"
    assert (job.version, job.state, job.error) == (1, "running", reason)
    assert rig.controller.replica.facts().reported["press"].error == reason
    assert len(rig.dead()) == 60
