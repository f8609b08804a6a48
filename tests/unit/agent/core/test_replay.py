"""A large state is not stored with every commit: what the job was given since stands in its place."""

from __future__ import annotations

import pytest
from edge_orch_agent.core import running
from edge_orch_agent.core.guarding import Unguarded
from edge_orch_agent.core.replay import decode_replays, encode_replay
from edge_orch_agent.core.running import RunningJob
from edge_orch_agent.core.transaction import Slot, SlotName, Transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.records import Batch, Device
from edge_orch.time import SECOND, Instant
from edge_orch.twin.facts import Value
from tests.unit.agent.core.press import JOB, lines, numbers, told, windows
from tests.unit.agent.core.test_agent_core import a_history

START = 1_767_225_600 * SECOND
VALUES: dict[str, Value] = {"hot_c": 85.0}


@pytest.fixture(autouse=True)
def every_state_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SMALL_STATE", 0)


class Kept:
    """What a store would hold of one job."""

    def __init__(self) -> None:
        self.state = b""
        self.replays: list[bytes] = []
        self.wholes = 0

    def save(self, job: RunningJob, values: dict[str, Value] = VALUES) -> None:
        intake = Transaction()
        job.save(intake, values)
        if "press" in intake.states:
            state = intake.states["press"]
            assert state is not None
            self.state, self.replays = state, []
            self.wholes += 1
        self.replays += intake.replays.get("press", [])

    def job(self, version: int = 1, values: dict[str, Value] = VALUES) -> RunningJob:
        """As the next process starts it."""
        return RunningJob(
            Slot("press", SlotName.CURRENT, version, "sha256:1", 1),
            compile_job(JOB, "job.yaml"),
            device=Device("press-1"),
            values=values,
            secret=lambda _name: None,
            state=self.state,
            since_us=0,
            guard=Unguarded(),
            replays=self.replays,
        )


def at(second: int) -> Instant:
    return Instant(START + second * SECOND, second * SECOND, "boot")


def feed(job: RunningJob, first: int, count: int, temp_c: float = 20.0) -> None:
    payload = lines(first, count, temp_c)
    job.process(Batch("t", payload if first % 2 else payload.splitlines(), at(first + count), first))
    job.advance(at(first + count))


def test_what_was_given_comes_back_as_it_was() -> None:
    entries: list[Batch | Instant] = [
        Batch("t", b"a\nb\n", at(1), 7, {"topic": "t"}),
        at(2),
        Batch("t", [b"x", b"y\xff"], at(3)),
    ]
    (replay,) = decode_replays([encode_replay(3, {"n": 1, "x": 1.0, "on": True, "s": "a"}, entries)])
    assert replay.entries == entries
    assert (replay.version, replay.values) == (3, {"n": 1, "x": 1.0, "on": True, "s": "a"})
    assert [type(value) for value in replay.values.values()] == [int, float, bool, str]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_whenever_the_process_ends_the_next_has_the_state_of_the_last_commit(
    story: list[tuple[int, bool, bool]],
) -> None:
    kept, alone = Kept(), Kept().job()
    job, second = kept.job(), 0
    for count, hot, ends in story:
        for each in (job, alone):
            feed(each, second, count, 99.0 if hot else 20.0)
        second += count
        kept.save(job)
        next_one = kept.job()
        if ends:
            job = next_one
        else:
            assert next_one.snapshot() == alone.snapshot()
    assert kept.job().snapshot() == alone.snapshot()


def test_a_state_is_stored_whole_once_as_much_was_read() -> None:
    kept = Kept()
    job = kept.job()
    feed(job, 0, 20)
    kept.save(job)
    written = []
    for second in range(20, 400, 2):
        feed(job, second, 2)
        kept.save(job)
        written.append(len(kept.replays))
    assert 0 in written
    assert max(written) > 1
    assert kept.wholes < len(written) / 2


def test_new_parameters_begin_with_a_whole_state_and_old_input_keeps_the_old_ones() -> None:
    kept = Kept()
    job = kept.job()
    feed(job, 0, 20)
    kept.save(job)
    feed(job, 20, 1, temp_c=90.0)  # opens an episode at 85 °C
    kept.save(job)
    assert kept.replays
    state = job.snapshot()
    again = kept.job(values={"hot_c": 95.0})  # an operator's wish that came too late for it
    assert again.snapshot() == state
    assert again.values == VALUES
    kept.save(again, {"hot_c": 95.0})
    assert (again.values, kept.replays) == ({"hot_c": 95.0}, [])


def test_nothing_new_is_nothing_to_store() -> None:
    kept = Kept()
    job = kept.job()
    feed(job, 0, 20)
    kept.save(job)
    kept.save(job)
    assert (kept.wholes, kept.replays) == (1, [])


def test_what_cannot_be_read_costs_the_input_and_not_the_state() -> None:
    kept = Kept()
    job = kept.job()
    feed(job, 0, 20)
    kept.save(job)
    state = kept.state
    kept.replays = [b"no replay"]
    again = kept.job()
    assert "earlier state" in again.failure
    assert again.snapshot() == state


def test_the_power_may_go_before_any_command() -> None:
    calm = a_history()
    assert calm.store.load().replays
    for unplug_at in range(0, calm.performed, 5):
        rig = a_history(unplug_at)
        assert numbers(rig) == numbers(calm), unplug_at
        assert windows(rig) == windows(calm), unplug_at
        assert told(rig) == told(calm), unplug_at
        assert rig.ledger() == calm.ledger(), unplug_at


def test_two_transactions_are_one_after_the_other() -> None:
    both = Transaction(replays={"a": [b"1"], "b": [b"2"], "c": [b"3"]})
    both.add(Transaction(states={"b": b"whole"}, replays={"a": [b"4"], "d": [b"5"]}))
    assert both.replays == {"a": [b"1", b"4"], "c": [b"3"], "d": [b"5"]}
