from __future__ import annotations

import pytest
from edge_orch_agent.core.transaction import Transaction

from edge_orch.plan.plan import digest, encode_plan
from edge_orch.time import MINUTE, SECOND
from edge_orch.trust.envelope import sign_plan
from edge_orch.trust.keys import PrivateKey
from edge_orch.twin.facts import JobState
from tests.unit.agent.core.controller import KEY
from tests.unit.agent.core.press import (
    FEVER,
    JOB,
    WITH_A_SECRET,
    WITH_ANOTHER_SUMMARY,
    WITH_ANOTHER_WINDOW,
    a_rig,
    break_versions,
    lines,
    numbers,
    revisions,
    told,
    windows,
)


def test_a_new_version_runs_and_keeps_the_windows_of_unchanged_steps() -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(SECOND)
    rig.desire(WITH_ANOTHER_SUMMARY, 2)
    rig.run(SECOND)
    rig.sources["press"].batches = [lines(0, 5), lines(5, 5), lines(10, 5)]
    rig.run(SECOND)
    assert windows(rig) == [(10, "2026-01-01T00:00:00Z")]
    assert numbers(rig) == list(range(15))
    (job,) = rig.core.view().jobs
    assert (job.version, job.desired, job.state, job.error) == (2, 2, "running", "")
    assert rig.controller.replica.facts().reported["press"].version == 2
    assert rig.sources["press"].starts == 1  # the source is the same: it went on reading


def test_windows_that_end_with_a_version_come_out_as_partial_rows() -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(SECOND)
    rig.desire(WITH_ANOTHER_WINDOW, 2)
    rig.run(SECOND)
    rig.restart()
    rig.sources["press"].batches = [lines(0, 5), lines(5, 5), lines(10, 5)]
    rig.run(SECOND)
    assert windows(rig) == [(5, "2026-01-01T00:00:00Z"), (5, "2026-01-01T00:00:00Z")]
    assert revisions(rig) == [-1, 0]
    assert numbers(rig) == list(range(15))


def test_a_version_waits_for_a_secret_that_the_device_lacks() -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(SECOND)
    rig.desire(WITH_A_SECRET, 2)
    rig.run(SECOND)
    (job,) = rig.core.view().jobs
    assert (job.version, job.desired) == (1, 2)
    assert job.error == "version 2 waits for what this device lacks: the secret PII_KEY"
    rig.secrets["PII_KEY"] = "known now"
    rig.run(30 * MINUTE)
    (job,) = rig.core.view().jobs
    assert (job.version, job.error) == (2, "")


def test_a_version_that_cannot_start_closes_no_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(SECOND)
    break_versions(monkeypatch, {2}, at="__init__")
    rig.desire(WITH_ANOTHER_WINDOW, 2)
    rig.sources["press"].batches = [lines(0, 5), lines(5, 10)]
    rig.run(SECOND)
    assert windows(rig) == [(10, "2026-01-01T00:00:00Z")]
    assert revisions(rig) == [0]


def test_windows_of_a_version_that_breaks_come_out_as_partial_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(2 * MINUTE)
    rig.desire(WITH_ANOTHER_WINDOW, 2)
    rig.sources["press"].batches = [lines(n * 5, 5) for n in range(5)]
    rig.run(SECOND)
    before = len(windows(rig))
    break_versions(monkeypatch, {2})
    rig.restart()
    rig.sources["press"].batches = [lines(n * 5, 5) for n in range(8)]
    rig.run(SECOND)
    assert rig.core.view().jobs[0].version == 1
    assert revisions(rig)[before] == -1
    assert windows(rig)[before] == (5, "2026-01-01T00:00:20Z")


def test_a_changed_source_starts_anew_behind_what_was_read() -> None:
    rig = a_rig([lines(0, 5), lines(5, 5)])
    rig.run(SECOND)
    rig.desire(JOB.replace("topic: raw", "topic: other"), 2)
    rig.sources["press"].batches = [lines(n * 5, 5) for n in range(4)]
    rig.run(SECOND)
    assert rig.sources["press"].starts == 2
    assert numbers(rig) == list(range(20))


def test_it_becomes_the_last_good_one_after_its_probation() -> None:
    rig = a_rig([])
    rig.run(2 * MINUTE)
    rig.desire(WITH_ANOTHER_SUMMARY, 2)
    rig.sources["press"].batches = [lines(0, 20)]
    rig.run(30 * SECOND)
    slots = {slot.slot.value: slot.version for slot in rig.store.load().slots}
    assert slots == {"current": 1, "candidate": 2}
    rig.run(MINUTE)
    slots = {slot.slot.value: slot.version for slot in rig.store.load().slots}
    assert slots == {"last_good": 1, "current": 2}


def test_an_older_version_is_run_when_the_controller_wants_it() -> None:
    rig = a_rig([])
    rig.desire(WITH_ANOTHER_SUMMARY, 2)
    rig.desire(JOB, 1)
    rig.run(SECOND)
    (job,) = rig.core.view().jobs
    assert (job.version, job.state) == (1, "running")


def test_everything_runs_after_a_restart_with_no_network() -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(SECOND)
    rig.link(up=False)
    rig.restart()
    rig.sources["press"].batches = [lines(0, 5), lines(5, 10)]
    rig.run(SECOND)
    assert numbers(rig) == list(range(15))
    assert windows(rig) == [(10, "2026-01-01T00:00:00Z")]


def test_one_that_breaks_is_given_up_offline_and_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(2 * MINUTE)
    break_versions(monkeypatch, {2})
    rig.desire(WITH_ANOTHER_SUMMARY, 2)
    rig.link(up=False)
    rig.sources["press"].batches = [lines(n * 5, 5) for n in range(6)]
    rig.run(SECOND)
    (job,) = rig.core.view().jobs
    assert (job.version, job.desired) == (1, 2)
    assert "RuntimeError: bug in the engine" in job.error
    assert len(rig.dead()) == 15  # three batches: kept, to be replayed
    assert numbers(rig) == [*range(5), *range(20, 30)]
    rig.link(up=True)
    rig.restart()
    rig.run(SECOND)
    (job,) = rig.core.view().jobs
    assert (job.version, job.state) == (1, "running")
    reported = rig.controller.replica.facts().reported["press"]
    assert (reported.version, reported.generation, reported.state) == (1, 2, JobState.RUNNING)
    assert "bug in the engine" in reported.error


def test_a_version_that_cannot_start_leaves_the_running_one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = a_rig([lines(0, 5)])
    break_versions(monkeypatch, {2}, at="__init__")
    rig.desire(WITH_ANOTHER_SUMMARY, 2)
    rig.sources["press"].batches = [lines(0, 5), lines(5, 5)]
    rig.run(SECOND)
    assert numbers(rig) == list(range(10))
    reported = rig.controller.replica.facts().reported["press"]
    assert (reported.version, reported.generation) == (1, 2)
    assert "version 2 cannot start" in reported.error


def test_an_endless_error_is_shortened_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = a_rig([lines(0, 5)])
    break_versions(monkeypatch, {2}, at="__init__", words="no end to it, " * 10_000)
    rig.desire(WITH_ANOTHER_SUMMARY, 2)
    rig.run(SECOND)
    reported = rig.controller.replica.facts().reported["press"]
    assert (reported.version, reported.generation) == (1, 2)
    assert "version 2 cannot start" in reported.error
    assert reported.error.endswith("…")


def test_a_first_version_that_breaks_is_stopped_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    break_versions(monkeypatch, {1})
    rig = a_rig([lines(n * 5, 5) for n in range(6)])
    rig.run(SECOND)
    (job,) = rig.core.view().jobs
    assert (job.version, job.state) == (0, "failed")
    assert rig.controller.replica.facts().reported["press"].state is JobState.FAILED


def test_a_record_that_breaks_the_job_dies_alone_and_leaves_no_trace_in_its_windows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    break_versions(monkeypatch, {1}, on=b'"n":5,')
    rig = a_rig([lines(0, 5), lines(5, 2), lines(7, 5)])
    rig.run(SECOND)
    assert len(rig.dead()) == 1
    assert windows(rig) == [(9, "2026-01-01T00:00:00Z")]
    assert rig.core.view().jobs[0].version == 1


def test_an_untrusted_plan_is_refused() -> None:
    rig = a_rig([])
    plan = rig.controller.desire(WITH_ANOTHER_SUMMARY, 2)
    data = encode_plan(plan)
    rig.controller.envelopes[digest(data)] = sign_plan(PrivateKey(b"x" * 32), plan.name, 2, data)
    rig.run(10 * SECOND)
    (job,) = rig.core.view().jobs
    assert job.version == 1
    assert "no trusted key signed this plan" in job.error
    rig.controller.envelopes[digest(data)] = sign_plan(KEY, plan.name, 2, data)
    rig.run(2 * MINUTE)
    (job,) = rig.core.view().jobs
    assert (job.version, job.error) == (2, "")


def test_a_plan_signed_as_another_version_is_refused() -> None:
    rig = a_rig([])
    plan = rig.controller.desire(WITH_ANOTHER_SUMMARY, 2)
    data = encode_plan(plan)
    rig.controller.envelopes[digest(data)] = sign_plan(KEY, plan.name, 3, data)
    rig.run(10 * SECOND)
    assert rig.core.view().jobs[0].version == 1


def test_a_removed_job_closes_its_windows_and_still_delivers() -> None:
    rig = a_rig([lines(0, 5)])
    rig.down = {"lake"}
    rig.run(SECOND)
    rig.desire(JOB, 1, removed=True)
    rig.restart()
    rig.down = set()
    rig.run(2 * MINUTE)
    assert numbers(rig) == list(range(5))
    assert windows(rig) == [(5, "2026-01-01T00:00:00Z")]
    assert rig.controller.replica.facts().reported["press"].state is JobState.REMOVED
    state = rig.store.load()
    assert (state.slots, state.envelopes, state.states, state.positions, state.segments) == ([], {}, {}, {}, [])


def test_an_episode_of_a_rule_that_changes_is_resolved() -> None:
    rig = a_rig(FEVER[:2])
    assert [event for event, _ in told(rig)] == ["opened"]
    rig.desire(WITH_ANOTHER_SUMMARY, 2)
    rig.run(SECOND)
    assert [event for event, _ in told(rig)] == ["opened", "resolved"]
    assert [alert.state for alert in rig.core.view().alerts] == ["resolved"]


def test_an_episode_of_a_rule_that_stays_goes_on() -> None:
    rig = a_rig(FEVER[:2])
    rig.desire(WITH_ANOTHER_WINDOW, 2)
    rig.run(SECOND)
    rig.sources["press"].batches = FEVER
    rig.run(SECOND)
    assert told(rig) == [("opened", "2026-01-01T00:00:05Z"), ("resolved", "2026-01-01T00:00:08Z")]


def test_damaged_state_starts_the_job_with_empty_windows() -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(SECOND)
    rig.store.commit(Transaction(states={"press": b"\xff"}))
    rig.restart()
    rig.sources["press"].batches = [lines(0, 5), lines(5, 10)]
    assert "empty windows" in rig.core.view().jobs[0].trouble
    reported = rig.controller.replica.facts().reported["press"]
    assert (reported.state, reported.version) == (JobState.RUNNING, 1)
    assert "begins with empty windows" in reported.error
    rig.run(SECOND)
    assert numbers(rig) == list(range(15))
