"""Taps show the records of a stage, and change nothing."""

from __future__ import annotations

from edge_orch_agent.core.commands import Command, Reply, Show
from edge_orch_agent.core.events import TapClosed, TapRequested
from edge_orch_agent.core.guarding import Unguarded
from edge_orch_agent.core.running import RunningJob
from edge_orch_agent.core.taps import Taps
from edge_orch_agent.core.transaction import Slot, SlotName
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.records import Batch, Device, Emission
from edge_orch.plan.tap import TAP
from edge_orch.time import SECOND, Instant
from tests.unit.agent.core.press import FEVER, JOB, a_rig, lines, windows
from tests.unit.agent.core.rig import Rig


def running(text: str = JOB) -> RunningJob:
    return RunningJob(
        Slot("press", SlotName.CURRENT, 1, "sha256:0", 1),
        compile_job(text, "job.yaml"),
        device=Device("d"),
        values={},
        secret=lambda _name: None,
        state=b"",
        since_us=0,
        guard=Unguarded(),
    )


def batch(first: int, count: int, temp_c: float = 20.0) -> Batch:
    arrived = Instant((1_767_225_600 + first) * SECOND, first * SECOND, "boot")
    return Batch("raw", lines(first, count, temp_c), arrived, first)


def of_the_job(emissions: list[Emission]) -> list[tuple[object, ...]]:
    """All that is not a tap's."""
    return [
        (
            {name: chunk for name, chunk in emission.outputs.items() if not name.startswith(TAP)},
            emission.dead,
            emission.episodes,
            emission.counts,
        )
        for emission in emissions
    ]


BATCHES = [batch(0, 7), batch(7, 9, 90.0), batch(16, 4), batch(20, 25), batch(45, 3, 99.0)]


@given(st.lists(st.sets(st.sampled_from(["parsed", "per_window"])), min_size=5, max_size=5))
def test_whoever_looks_at_whatever_stage_whenever_the_job_does_the_same(watched: list[set[str]]) -> None:
    plain, tapped = running(), running()
    for each, stages in zip(BATCHES, watched, strict=True):
        tapped.watch(frozenset(stages))
        assert of_the_job(tapped.process(each)) == of_the_job(plain.process(each))
    assert tapped.snapshot() == plain.snapshot()


def opened(taps: Taps, job: RunningJob, stage: str, request: int = 1) -> list[Command]:
    answer = taps.change(TapRequested(request, "press", stage), {"press": job})
    taps.show({"press": job})
    return answer


def fed(taps: Taps, job: RunningJob, given: Batch) -> list[Command]:
    for emission in job.process(given):
        taps.take("press", emission)
    return taps.show({"press": job})


def test_the_records_of_a_stage_are_shown_from_the_request_to_the_end() -> None:
    taps, job = Taps(), running()
    assert opened(taps, job, "parsed") == [Reply(1)]
    (shown,) = fed(taps, job, batch(0, 3))
    assert isinstance(shown, Show)
    assert (shown.request, shown.count, shown.data.count(b"\n")) == (1, 3, 3)
    assert b'"n":0' in shown.data
    taps.change(TapClosed(1), {"press": job})
    taps.show({"press": job})
    assert fed(taps, job, batch(3, 3)) == []
    assert all(not name.startswith(TAP) for emission in job.process(batch(6, 3)) for name in emission.outputs)


def test_several_look_at_once_each_at_its_own() -> None:
    taps, job = Taps(), running()
    opened(taps, job, "parsed", 1)
    opened(taps, job, "per_window", 2)
    opened(taps, job, "parsed", 3)
    shown = fed(taps, job, batch(0, 15))
    assert [(show.request, show.count) for show in shown if isinstance(show, Show)] == [(1, 15), (2, 1), (3, 15)]


def test_what_is_not_there_is_said() -> None:
    taps, job = Taps(), running()
    (answer,) = opened(taps, job, "persed")
    assert isinstance(answer, Reply)
    assert answer.problem is not None
    assert answer.problem.what == "the job `press` has no stage `persed`"
    assert answer.problem.expected == "one of: parsed, per_window"
    (answer,) = taps.change(TapRequested(2, "oven", "parsed"), {"press": job})
    assert isinstance(answer, Reply)
    assert str(answer.problem) == "no job 'oven' runs on this device\n  expected: one of: press"
    (answer,) = taps.change(TapRequested(3, "oven", "parsed"), {})
    assert isinstance(answer, Reply)
    assert answer.problem is not None
    assert (answer.problem.expected, answer.problem.next_step[:10]) == ("", "none does:")


def test_a_new_version_is_looked_at_in_its_turn_or_the_tap_ends() -> None:
    taps, old = Taps(), running()
    opened(taps, old, "parsed", 1)
    opened(taps, old, "per_window", 2)
    new = running(JOB.replace("name: per_window", "name: windows").replace("from: per_window", "from: windows"))
    (ended,) = taps.show({"press": new})
    assert ended == Show(2, ended="the job's version that runs now has no such stage")
    assert [show.request for show in fed(taps, new, batch(0, 1)) if isinstance(show, Show)] == [1]
    assert taps.show({}) == [Show(1, ended="the job ended")]


def test_a_device_that_is_looked_at_delivers_the_same() -> None:
    def device(*, looked_at: bool) -> Rig:
        rig = a_rig([])
        rig.run(SECOND)
        if looked_at:
            rig.tell(TapRequested(1, "press", "parsed"), TapRequested(2, "press", "per_window"))
        rig.sources["press"].batches += FEVER[:2]
        rig.run(10 * SECOND)
        if looked_at:
            rig.tell(TapClosed(1))
        rig.sources["press"].batches += FEVER[2:]
        rig.run(100 * SECOND)
        return rig

    plain, tapped = device(looked_at=False), device(looked_at=True)
    assert tapped.records("lake") == plain.records("lake")
    assert len(tapped.records("oncall")) == len(plain.records("oncall")) > 0
    assert tapped.ledger() == plain.ledger()
    shown = [item for item in tapped.trace if isinstance(item, Show)]
    assert sum(show.count for show in shown if show.request == 1) == 8, "what came until nobody looked any more"
    assert b"".join(show.data for show in shown if show.request == 2).count(b"window_start") == len(windows(plain))
