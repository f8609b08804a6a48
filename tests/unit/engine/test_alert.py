from __future__ import annotations

import msgspec
import pytest

from edge_orch.engine.alert import AlertRule, episode_id
from edge_orch.engine.records import EpisodeEvent, EpisodeEventKind
from edge_orch.time import SECOND
from tests.unit.engine.alert_rule import OPENED, RESOLVED, rule


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
