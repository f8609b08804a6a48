from __future__ import annotations

from edge_orch_agent.core.commands import Acknowledge, Commit, Deliver
from edge_orch_agent.core.events import BatchRead
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.work import Work
from edge_orch_agent.sources.mqtt import WINDOW

from edge_orch.compile import compile_job
from edge_orch.engine.records import Batch, Chunk, Emission
from edge_orch.time import MILLISECOND, MINUTE, SECOND, Instant
from tests.unit.agent.core.press import (
    CALM,
    JOB,
    a_rig,
    commits,
    lines,
    numbers,
    windows,
)


def test_batch_commit_acknowledge_deliver_cursor() -> None:
    rig = a_rig(CALM[:1])
    rig.run(2 * SECOND)  # the cursor waits for no more than one
    kinds = [type(item) for item in rig.trace]
    taken = kinds.index(BatchRead)
    assert kinds[taken:].index(Commit) < kinds[taken:].index(Acknowledge) < kinds[taken:].index(Deliver)
    assert numbers(rig) == list(range(5))
    state = rig.store.load()
    assert state.segments == []
    assert list(state.cursors.values()) == [1]
    assert list(state.positions.values()) == [b"1"]


def test_batches_are_gathered_into_one_commit() -> None:
    rig = a_rig(CALM[:3])
    before = len(commits(rig))
    rig.run(100 * MILLISECOND)
    (commit,) = commits(rig)[before:]
    assert list(commit.transaction.positions.values()) == [b"3"]


def test_what_keeps_no_source_waiting_goes_along_with_what_is_read_next() -> None:
    """A burst a second is a commit a second: the cursor of the last one comes with the next one."""
    rig = a_rig([])
    rig.run(MINUTE)
    before = len(commits(rig))
    for turn in range(1, 11):
        rig.sources["press"].batches = [lines(n * 5, 5) for n in range(turn)]
        rig.run(500 * MILLISECOND)
    assert len(commits(rig)) - before == 10
    assert numbers(rig) == list(range(50))


def test_what_jobs_make_much_of_is_committed_before_it_fills_the_memory() -> None:
    settings, now = Settings(), Instant(0, 5, "boot")
    work = Work(settings)
    made = Chunk(b"x" * (settings.commit_bytes // 2), 1)
    for _ in range(3):
        assert work.due_at() in (None, now.mono_us + settings.commit_after_us)
        work.emission(compile_job(JOB, "job.yaml"), 1, Emission({"raw": made}), now)
    assert work.due_at() == now.mono_us
    work.take()
    work.emission(compile_job(JOB, "job.yaml"), 1, Emission({"raw": made}), now)
    assert work.due_at() == now.mono_us + settings.commit_after_us


def test_half_of_what_a_source_reads_ahead_is_committed_at_once() -> None:
    settings, now = Settings(), Instant(0, 5, "boot")
    work = Work(settings)
    half = settings.commit_messages // 2
    batch = Batch("topic", [b"{}"] * half, now, 0, {})
    work.batch(BatchRead("press", batch, 1, {"session": b"1"}), half, now)
    assert work.due_at() == now.mono_us + settings.quiet_us
    work.batch(BatchRead("press", batch, 2, {"session": b"2"}), half, now)
    assert work.due_at() == now.mono_us
    assert 2 * settings.commit_messages == WINDOW


def test_nothing_is_acknowledged_or_delivered_before_it_is_durable() -> None:
    rig = a_rig(CALM)
    rig.commits_to_fail = 1_000
    rig.run(10 * SECOND)
    assert rig.sources["press"].acknowledged == set()
    assert numbers(rig) == []
    assert rig.core.view().commit_failure == "disk full"


def test_a_failed_commit_is_given_again_unchanged() -> None:
    rig = a_rig(CALM)
    rig.commits_to_fail = 2
    before = len(commits(rig))
    rig.run(30 * SECOND)
    first, second, third, *_ = (command.transaction for command in commits(rig)[before:])
    assert first == second == third
    assert numbers(rig) == list(range(22))
    assert rig.core.view().commit_failure == ""


def test_every_record_has_its_fate_in_the_ledger() -> None:
    rig = a_rig([lines(0, 5) + b"not json\n", *CALM[1:]])
    rig.run(10 * SECOND)
    ledger = rig.ledger()
    assert ledger["parsed", "entered"] == 23
    assert ledger["parsed", "passed"] + ledger["parsed", "dead"] == 23
    assert ledger["raw/lake", "out"] == ledger["raw/lake", "delivered"] == 22
    assert [dead.letter.raw for dead in rig.dead()] == [b"not json"]
    assert rig.core.ledger.entries() == rig.store.load().ledger


def test_time_alone_closes_a_window() -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(2 * MINUTE)
    assert windows(rig) == [(5, "2026-01-01T00:00:00Z")]


def test_a_window_survives_a_reboot_without_new_records() -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(30 * SECOND)
    rig.restart()
    rig.run(3 * MINUTE)
    assert windows(rig) == [(5, "2026-01-01T00:00:00Z")]


def test_what_a_source_read_up_to_its_end_is_committed_at_once_if_it_is_worth_it() -> None:
    settings, now = Settings(), Instant(0, 5, "boot")
    rest, quiet = settings.commit_rest_bytes, now.mono_us + settings.quiet_us

    def read(size: int, *, last: bool) -> BatchRead:
        return BatchRead("press", Batch("log", b"x" * size, now, 0, {}), 1, {"log": b"1"}, last=last)

    work = Work(settings)
    work.batch(read(rest, last=False), 1, now)
    assert work.due_at() == quiet
    work.batch(read(1, last=True), 1, now)
    assert work.due_at() == now.mono_us
    work.batch(read(1, last=False), 1, now)  # another one is at work
    assert work.due_at() == quiet
    work.take()
    work.batch(read(rest - 1, last=True), 1, now)  # appended to by the line
    assert work.due_at() == quiet
