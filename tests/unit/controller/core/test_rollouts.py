"""The planner's invariants, over any order of versions, absences and reports."""

from __future__ import annotations

from edge_orch_controller.core.rollouts import RolloutPlan
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.twin.facts import Desired, JobState, Reported
from tests.unit.controller.plans import label_is, rolled_out

AGENTS = ("press-1", "press-2", "oven-1")
PRESSES = label_is("role", "press")
LABELS = {name: {"role": name.split("-")[0]} for name in AGENTS}


def report(wanted: Desired, state: JobState = JobState.RUNNING, error: str = "") -> Reported:
    return Reported(wanted.job, wanted.version, wanted.digest, wanted.generation, state, error)


def test_an_agent_that_matches_is_asked_for_the_version_once() -> None:
    planned = RolloutPlan(rolled_out("job", 1, 1, PRESSES))
    wanted = planned.desire(LABELS["press-1"], None)
    assert wanted is not None
    assert (wanted.version, wanted.generation, wanted.rollout) == (1, 1, "job-1")
    assert planned.desire(LABELS["press-1"], wanted) is None
    assert planned.desire(LABELS["oven-1"], None) is None


def test_an_agent_that_no_longer_matches_is_asked_to_remove_the_job() -> None:
    first = RolloutPlan(rolled_out("job", 1, 1))
    second = RolloutPlan(rolled_out("job", 2, 2, PRESSES))
    had = first.desire(LABELS["oven-1"], None)
    removal = second.desire(LABELS["oven-1"], had)
    assert removal is not None
    assert (removal.removed, removal.generation) == (True, 2)
    third = RolloutPlan(rolled_out("job", 3, 3, PRESSES))
    assert third.desire(LABELS["oven-1"], removal) is None


def test_a_failure_is_counted_with_its_reason_and_a_later_success_clears_it() -> None:
    planned = RolloutPlan(rolled_out("job", 2, 2, PRESSES))
    for name in AGENTS:
        planned.observe(name, LABELS[name], None)
    assert planned.account().state == "running"
    wanted = planned.desire(LABELS["press-1"], None)
    assert wanted is not None
    assert planned.observe("press-1", LABELS["press-1"], report(wanted, JobState.FAILED, "no such sink"))
    assert planned.observe("press-2", LABELS["press-2"], report(wanted))
    failed = planned.account()
    assert (failed.state, failed.total, failed.done, failed.failed) == ("failed", 2, 1, 1)
    assert failed.errors == {"press-1": "no such sink"}
    planned.observe("press-1", LABELS["press-1"], report(wanted))
    assert (planned.account().state, planned.account().errors) == ("done", {})


def test_an_agent_that_went_back_to_its_last_good_version_has_failed() -> None:
    planned = RolloutPlan(rolled_out("job", 2, 2))
    old = rolled_out("job", 1, 1).version
    back = Reported("job", 1, old.digest, 2, JobState.RUNNING, "version 2: no such sink")
    planned.observe("press-1", LABELS["press-1"], back)
    assert planned.account().state == "failed"


def test_an_old_failure_is_not_this_rollouts() -> None:
    planned = RolloutPlan(rolled_out("job", 2, 2))
    planned.observe("press-1", {}, Reported("job", 1, "sha256:old", 1, JobState.FAILED, "broken"))
    assert (planned.account().state, planned.account().pending) == ("running", 1)


def test_a_rollout_for_nobody_is_done() -> None:
    assert RolloutPlan(rolled_out("job", 1, 1, PRESSES)).account().state == "done"


def test_a_finished_rollout_is_not_said_to_be_superseded() -> None:
    planned = RolloutPlan(rolled_out("job", 1, 1))
    wanted = planned.desire({}, None)
    assert wanted is not None
    planned.observe("press-1", {}, None)
    assert planned.account().superseded().state == "superseded"
    planned.observe("press-1", {}, report(wanted))
    assert planned.account().superseded().state == "done"


steps = st.lists(
    st.one_of(
        st.tuples(st.just("apply"), st.integers(1, 4), st.booleans()),
        st.tuples(st.just("ask"), st.sampled_from(AGENTS), st.none()),
        st.tuples(st.just("report"), st.sampled_from(AGENTS), st.booleans()),
    ),
    max_size=40,
)


@given(steps)
def test_invariants(history: list[tuple[str, int | str, bool | None]]) -> None:
    """An agent is asked (`ask`) only while it is here; between two of them it may have been away for any time."""
    planned: RolloutPlan | None = None
    generation = 0
    desired: dict[str, list[Desired]] = {name: [] for name in AGENTS}
    reported: dict[str, Reported | None] = dict.fromkeys(AGENTS)
    for kind, what, flag in history:
        if kind == "apply":
            generation += 1
            planned = RolloutPlan(rolled_out("job", int(what), generation, PRESSES if flag else None))
            for name in AGENTS:
                planned.observe(name, LABELS[name], reported[name])
        elif planned is not None and kind == "ask":
            facts = desired[str(what)]
            wanted = planned.desire(LABELS[str(what)], facts[-1] if facts else None)
            if wanted is not None:
                facts.append(wanted)
                assert wanted.generation == generation, "3: the newest, none in between"
        elif planned is not None and desired[str(what)]:
            state = JobState.RUNNING if flag else JobState.FAILED
            reported[str(what)] = report(desired[str(what)][-1], state, "" if flag else "broken")
            planned.observe(str(what), LABELS[str(what)], reported[str(what)])
    if planned is None:
        return
    for facts in desired.values():
        keys = [fact.key for fact in facts]
        assert len(keys) == len(set(keys)), "1: one version a generation"
        assert [fact.generation for fact in facts] == sorted({fact.generation for fact in facts}), "2"
    account = planned.account()
    targeted = [name for name in AGENTS if planned.targets(LABELS[name])]
    running = [n for n in targeted if (r := reported[n]) and r.digest == account.digest and r.state is JobState.RUNNING]
    assert account.total == len(targeted) == account.done + account.pending + account.failed
    assert account.done == len(running)
    assert (account.state == "done") == (running == targeted), "4"
    assert set(account.errors) <= set(targeted)
