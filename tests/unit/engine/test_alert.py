from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.alert import AlertRule, episode_id
from edge_orch.engine.records import EpisodeEvent, EpisodeEventKind
from edge_orch.plan.expression import Literal
from edge_orch.plan.schema import FieldType, Schema
from edge_orch.plan.steps import Alert, Clear, Quorum, SummaryPart
from edge_orch.time import SECOND
from tests.unit.engine.plans import room

TRUE = Literal(True, FieldType.BOOL)
OPENED, RESOLVED = EpisodeEventKind.OPENED, EpisodeEventKind.RESOLVED


def rule(hold: int = 0, clear_hold: int = 0, within: int | None = None, needed: int = 1) -> AlertRule:
    """A rule with its holds and its `within` in seconds."""
    quorum = None if within is None else Quorum("sensor", Literal(needed, FieldType.INT), within * SECOND)
    step = Alert(
        name="hot",
        input="rows",
        when=TRUE,
        key=("line",),
        hold_us=hold * SECOND,
        clear=Clear(TRUE, clear_hold * SECOND),
        severity="critical",
        summary=(SummaryPart(value="count"), SummaryPart(" above "), SummaryPart(value="limit")),
        notify=("oncall",),
        schema=Schema(()),
        quorum=quorum,
    )
    made = AlertRule(step, "job", room())
    made.quorum_needed = needed
    made.params = {"limit": 85.0}
    return made


def see(
    subject: AlertRule, at: int, when: bool | None, *, clear: bool | None = None, voter: str = "", key: str = "k"
) -> list[tuple[EpisodeEventKind, int]]:
    """Observe a record at a second; `clear` is the opposite of `when` unless said."""
    cleared = (None if when is None else not when) if clear is None else clear
    return told(subject.observe(at * SECOND, (key,), voter, when, cleared, {"at": at}))


def until(subject: AlertRule, at: float) -> list[tuple[EpisodeEventKind, int]]:
    return told(subject.advance(round(at * SECOND)))


def told(events: list[EpisodeEvent]) -> list[tuple[EpisodeEventKind, int]]:
    """Kind and whole second of each event."""
    return [(event.kind, event.at_us // SECOND) for event in events]


def test_one_true_record_opens_and_one_clear_record_resolves() -> None:
    subject = rule()
    assert see(subject, 10, True) == [(OPENED, 10)]
    assert see(subject, 11, True) == []
    assert see(subject, 12, False) == [(RESOLVED, 12)]
    assert see(subject, 13, True) == [(OPENED, 13)]


def test_null_is_neither_met_nor_clear() -> None:
    subject = rule()
    assert see(subject, 1, None) == []
    assert not subject.active
    see(subject, 2, True)
    assert see(subject, 3, None) == []
    assert see(subject, 4, False) == [(RESOLVED, 4)]


def test_a_hold_opens_at_its_end_even_if_seen_later() -> None:
    subject = rule(hold=5)
    assert see(subject, 10, True) == []
    assert see(subject, 14, True) == []
    assert see(subject, 60, False) == [(OPENED, 15), (RESOLVED, 60)]


def test_a_break_starts_the_hold_anew() -> None:
    subject = rule(hold=5)
    see(subject, 10, True)
    see(subject, 12, False)
    see(subject, 13, True)
    assert see(subject, 17, True) == []
    assert see(subject, 18, True) == [(OPENED, 18)]


def test_the_watermark_alone_lets_a_hold_expire() -> None:
    subject = rule(hold=5)
    see(subject, 10, True)
    assert subject.deadline() == 15 * SECOND
    assert until(subject, 14.9) == []
    assert until(subject, 15) == [(OPENED, 15)]
    assert subject.deadline() is None


def test_a_watermark_never_goes_back() -> None:
    subject = rule(hold=5)
    until(subject, 20)
    assert see(subject, 18, True) == []
    assert until(subject, 3) == []
    assert subject.deadline() == 25 * SECOND


def test_hysteresis_keeps_an_episode_open_in_the_gap() -> None:
    subject = rule(clear_hold=60)
    see(subject, 0, True)
    assert see(subject, 10, False, clear=False) == []
    assert see(subject, 100, False, clear=True) == []
    assert see(subject, 130, False, clear=False) == []
    assert see(subject, 140, False, clear=True) == []
    assert until(subject, 199) == []
    assert until(subject, 200) == [(RESOLVED, 200)]


def test_a_quorum_counts_distinct_voters() -> None:
    subject = rule(within=30, needed=3)
    assert see(subject, 1, True, voter="a") == []
    assert see(subject, 2, True, voter="a") == []
    assert see(subject, 3, True, voter="b") == []
    assert see(subject, 4, True, voter="c") == [(OPENED, 4)]


def test_a_vote_grows_too_old() -> None:
    subject = rule(within=30, needed=2)
    see(subject, 0, True, voter="a")
    assert see(subject, 31, True, voter="b") == []
    assert see(subject, 61, True, voter="a") == [(OPENED, 61)]


def test_a_vote_that_grows_old_breaks_the_hold() -> None:
    subject = rule(hold=40, within=30, needed=2)
    see(subject, 0, True, voter="a")
    see(subject, 1, True, voter="b")
    see(subject, 25, True, voter="b")
    assert until(subject, 100) == []
    assert not subject.active


def test_a_late_record_changes_no_vote() -> None:
    subject = rule(within=30, needed=2)
    see(subject, 10, True, voter="a")
    see(subject, 8, False, voter="a")
    assert see(subject, 11, True, voter="b") == [(OPENED, 11)]


def test_a_record_older_than_within_is_no_vote() -> None:
    subject = rule(within=30, needed=2)
    see(subject, 100, True, voter="a")
    assert see(subject, 60, True, voter="b") == []


def test_a_quorum_clears_when_every_remaining_voter_is_clear() -> None:
    subject = rule(clear_hold=5, within=30, needed=2)
    see(subject, 0, True, voter="a")
    see(subject, 1, True, voter="b")
    assert see(subject, 10, False, voter="a") == []
    assert until(subject, 31) == []  # b spoke at 1 and still counts
    assert until(subject, 32) == []  # b has gone; the clear-hold runs
    assert until(subject, 37) == [(RESOLVED, 36)]


def test_silence_of_all_voters_clears_nothing() -> None:
    subject = rule(within=30, needed=1)
    see(subject, 0, True, voter="a")
    assert until(subject, 10_000) == []
    assert subject.active
    assert see(subject, 10_001, False, voter="a") == [(RESOLVED, 10_001)]


def test_a_needed_quorum_that_falls_is_met_at_the_next_step() -> None:
    subject = rule(within=30, needed=3)
    see(subject, 1, True, voter="a")
    see(subject, 2, True, voter="b")
    subject.quorum_needed = 2
    assert until(subject, 3) == [(OPENED, 3)]


def test_keys_do_not_disturb_each_other() -> None:
    subject = rule(hold=5)
    see(subject, 10, True, key="slow")
    assert see(subject, 1_000, True, key="clock ahead") == []
    see(subject, 12, False, key="slow")
    assert see(subject, 1_006, False, key="clock ahead") == [(OPENED, 1_005), (RESOLVED, 1_006)]


def test_an_idle_key_is_forgotten_once_the_watermark_has_passed_it() -> None:
    subject = rule()
    see(subject, 10, True)
    see(subject, 11, False)
    assert subject.active
    until(subject, 12)
    assert not subject.active


def test_events_carry_the_summary_of_the_opening_and_the_values_of_now() -> None:
    subject = rule(within=30, needed=2)
    subject.observe(1, ("k",), "a", True, False, {"temp": 90.0})
    (opened,) = subject.observe(2, ("k",), "b", True, False, {"temp": 91.0})
    assert opened.summary == "2 above 85"
    assert opened.values == {"limit": 85.0, "temp": 91.0, "count": 2, "key": "k"}
    assert (opened.severity, opened.notify, opened.rule) == ("critical", ("oncall",), "hot")
    subject.observe(3, ("k",), "a", False, True, {"temp": 70.0})
    (resolved,) = subject.observe(4, ("k",), "b", False, True, {"temp": 71.0})
    assert (resolved.summary, resolved.episode) == (opened.summary, opened.episode)
    assert resolved.values == {"limit": 85.0, "temp": 71.0, "count": 0, "key": "k"}


def test_an_episode_id_is_stable() -> None:
    assert episode_id("job", "hot", ("a", "b"), 5) == "6616a9b7aa45d45a"
    assert episode_id("job", "hot", ("a,b",), 5) != episode_id("job", "hot", ("a", "b"), 5)


def test_restoring_garbage_keeps_the_state() -> None:
    subject = rule()
    see(subject, 1, True)
    before = subject.snapshot()
    with pytest.raises(msgspec.DecodeError):
        subject.restore(b"\x00garbage")
    assert subject.snapshot() == before


@dataclass(frozen=True)
class Record:
    at_us: int
    key: str
    voter: str
    when: bool | None
    clear: bool | None


@dataclass(frozen=True)
class Watermark:
    at_us: int


TRUTH = st.sampled_from([True, True, False, None])
TIMES = st.integers(0, 40)
RECORDS = st.builds(Record, TIMES, st.sampled_from("xy"), st.sampled_from("abc"), TRUTH, TRUTH)
SCRIPTS = st.lists(st.one_of(RECORDS, RECORDS, RECORDS, st.builds(Watermark, TIMES)), max_size=40)
RULES = st.tuples(st.integers(0, 4), st.integers(0, 4), st.one_of(st.none(), st.integers(1, 12)), st.integers(1, 3))


def made(shape: tuple[int, int, int | None, int]) -> AlertRule:
    """A rule whose holds are a few microseconds, to meet in a short script."""
    hold, clear_hold, within, needed = shape
    subject = rule(within=within, needed=needed if within is not None else 1)
    quorum = subject._step.quorum
    step = msgspec.structs.replace(
        subject._step,
        hold_us=hold,
        clear=Clear(TRUE, clear_hold),
        quorum=quorum and msgspec.structs.replace(quorum, within_us=within or 0),
    )
    small = AlertRule(step, "job", room())
    small.quorum_needed = subject.quorum_needed
    return small


def take(subject: AlertRule, item: Record | Watermark) -> list[EpisodeEvent]:
    if isinstance(item, Watermark):
        return subject.advance(item.at_us)
    voter = item.voter if subject._within_us is not None else ""
    return subject.observe(item.at_us, (item.key,), voter, item.when, item.clear, {"at": item.at_us})


@given(RULES, SCRIPTS)
def test_episodes_alternate_rise_in_time_and_have_unique_ids(
    shape: tuple[int, int, int | None, int], script: list[Record | Watermark]
) -> None:
    subject = made(shape)
    events = [event for item in [*script, Watermark(1_000)] for event in take(subject, item)]
    for key in {event.key for event in events}:
        mine = [event for event in events if event.key == key]
        assert [event.kind for event in mine] == ([OPENED, RESOLVED] * len(mine))[: len(mine)]
        for first, second in pairwise(mine):
            assert first.at_us < second.at_us or (first.kind is RESOLVED and first.at_us == second.at_us)
            assert (first.episode == second.episode) == (first.kind is OPENED)
    opened = [event.episode for event in events if event.kind is OPENED]
    assert len(opened) == len(set(opened))


@given(RULES, SCRIPTS, st.integers(0, 40))
def test_a_snapshot_restored_anywhere_changes_nothing(
    shape: tuple[int, int, int | None, int], script: list[Record | Watermark], cut: int
) -> None:
    whole, first, second = made(shape), made(shape), made(shape)
    expected = [take(whole, item) for item in script]
    before = [take(first, item) for item in script[:cut]]
    second.restore(first.snapshot())
    assert second.active == first.active
    assert second.deadline() == first.deadline()
    assert before + [take(second, item) for item in script[cut:]] == expected
    assert second.snapshot() == whole.snapshot()


@given(RULES, SCRIPTS)
def test_leaving_out_untrue_records_while_inactive_changes_nothing(
    shape: tuple[int, int, int | None, int], script: list[Record | Watermark]
) -> None:
    whole, sparing = made(shape), made(shape)
    for item in script:
        skipped = isinstance(item, Record) and item.when is not True and not sparing.active
        assert take(whole, item) == ([] if skipped else take(sparing, item))


@given(RULES, SCRIPTS)
def test_a_keys_episodes_depend_on_its_own_records_only(
    shape: tuple[int, int, int | None, int], script: list[Record | Watermark]
) -> None:
    together, alone = made(shape), made(shape)
    for item in script:
        events = [event for event in take(together, item) if event.key == ("x",)]
        mine = isinstance(item, Watermark) or item.key == "x"
        assert events == (take(alone, item) if mine else [])


@given(RULES, SCRIPTS)
def test_memory_is_bounded_by_what_still_counts(
    shape: tuple[int, int, int | None, int], script: list[Record | Watermark]
) -> None:
    subject = made(shape)
    events = [event for item in script for event in take(subject, item)]
    events += subject.advance(10_000)
    if shape[2] is not None:
        assert all(not held.votes.latest for held in subject._subjects.values())
        still_open = [event for event in events if event.kind is OPENED]
        assert len(subject._subjects) <= len(still_open)
