"""The laws of an alert rule, on generated records."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.alert import AlertRule
from edge_orch.engine.records import EpisodeEvent
from edge_orch.plan.steps import Clear
from tests.unit.engine.alert_rule import OPENED, RESOLVED, TRUE, rule
from tests.unit.engine.plans import room


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
