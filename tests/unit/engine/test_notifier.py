from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.notifier import Notification, Notifier, Telling
from edge_orch.plan.steps import Escalation, SilenceWindow
from edge_orch.time import HOUR, MINUTE, ClockQuality, Instant
from tests.unit.engine.notifying import People, minute, notifier, opened, resolved, rule, said

NIGHT = SilenceWindow((), 22 * HOUR, 6 * HOUR, "UTC")
ESCALATE = Escalation(15 * MINUTE, ("manager",))


def test_a_rule_without_options_tells_all_at_once() -> None:
    subject = notifier()
    assert said(subject.take(opened(), minute(0))) == [("opened", ("oncall",), 0)]
    assert subject.wake_at(minute(0)) is None
    assert subject.acknowledged("e") == ("oncall",)
    assert said(subject.take(resolved(), minute(1))) == [("resolved", ("oncall",), 0)]


def test_a_throttle_withholds_what_comes_too_soon_and_counts_it() -> None:
    subject = notifier(throttle_us=10 * MINUTE)
    subject.take(opened("a"), minute(0))
    assert said(subject.take(resolved("a"), minute(1))) == [("resolved", ("oncall",), 0)]
    for number in (2, 3):
        assert said(subject.take(opened(str(number)), minute(number))) == [("throttled", (), 0)]
        assert subject.take(resolved(str(number)), minute(number + 0.5)) == []
    assert said(subject.take(opened("b"), minute(11))) == [("opened", ("oncall",), 2)]


def test_what_lasts_longer_than_the_throttle_is_told_after_all() -> None:
    subject = notifier(throttle_us=10 * MINUTE)
    subject.take(opened("a"), minute(0))
    subject.take(resolved("a"), minute(1))
    subject.take(opened("b"), minute(4))
    assert subject.wake_at(minute(4)) == 10 * MINUTE
    assert subject.pass_time(minute(9.9)) == []
    assert said(subject.pass_time(minute(10))) == [("opened", ("oncall",), 0)]
    assert said(subject.take(resolved("b"), minute(12))) == [("resolved", ("oncall",), 0)]


def test_each_key_has_a_throttle_of_its_own() -> None:
    subject = notifier(throttle_us=10 * MINUTE)
    subject.take(opened("a", ("x",)), minute(0))
    assert said(subject.take(opened("b", ("y",)), minute(1))) == [("opened", ("oncall",), 0)]


def test_a_silence_window_withholds_until_its_end() -> None:
    subject = notifier(silence=(NIGHT,))
    late = 10 * 60 + 30
    assert said(subject.take(opened("a"), minute(late))) == [("silenced", (), 0)]
    assert subject.take(resolved("a"), minute(late + 1)) == []
    subject.take(opened("b"), minute(late + 2))
    assert subject.wake_at(minute(late + 2)) == 18 * HOUR
    assert said(subject.pass_time(minute(18 * 60))) == [("opened", ("oncall",), 1)]


def test_an_end_leaves_in_a_silence_when_the_opening_was_told() -> None:
    subject = notifier(silence=(NIGHT,))
    subject.take(opened(), minute(0))
    assert said(subject.take(resolved(), minute(11 * 60))) == [("resolved", ("oncall",), 0)]


def test_a_clock_that_knows_no_time_silences_nothing() -> None:
    subject = notifier(silence=(NIGHT,))
    assert said(subject.take(opened(), minute(11 * 60, ClockQuality.UNKNOWN))) == [("opened", ("oncall",), 0)]


def test_a_silence_of_people_ends_when_they_say_so() -> None:
    people = People()
    subject = Notifier([rule()], people)
    people.silenced = True
    assert said(subject.take(opened(), minute(0))) == [("silenced", (), 0)]
    assert subject.wake_at(minute(0)) is None
    assert subject.pass_time(minute(60)) == []
    people.silenced = False
    assert said(subject.pass_time(minute(61))) == [("opened", ("oncall",), 0)]


def test_what_nobody_acknowledges_is_told_to_a_second_route_once() -> None:
    subject = notifier(escalate=ESCALATE)
    subject.take(opened(), minute(0))
    assert subject.wake_at(minute(1)) == 15 * MINUTE
    assert subject.pass_time(minute(14)) == []
    assert said(subject.pass_time(minute(15))) == [("escalated", ("manager",), 0)]
    assert subject.pass_time(minute(99)) == []
    assert subject.acknowledged("e") == ("oncall", "manager")
    assert said(subject.take(resolved(), minute(100))) == [("resolved", ("oncall", "manager"), 0)]


def test_what_somebody_acknowledges_in_time_is_not_escalated() -> None:
    subject = notifier(escalate=ESCALATE)
    subject.take(opened(), minute(0))
    assert subject.acknowledged("e") == ("oncall",)
    assert subject.wake_at(minute(14)) is None
    assert subject.pass_time(minute(20)) == []
    assert said(subject.take(resolved(), minute(21))) == [("resolved", ("oncall",), 0)]


def test_what_is_acknowledged_while_withheld_is_told_to_nobody() -> None:
    subject = notifier(silence=(NIGHT,))
    subject.take(opened(), minute(11 * 60))
    assert subject.acknowledged("e") == ()
    assert subject.pass_time(minute(19 * 60)) == []
    assert subject.take(resolved(), minute(20 * 60)) == []


def test_the_time_to_acknowledge_runs_from_the_telling_and_an_escalation_waits_for_the_end_of_a_silence() -> None:
    subject = notifier(escalate=ESCALATE, silence=(NIGHT,))
    evening = 10 * 60 - 5
    subject.take(opened("a"), minute(evening))
    assert subject.pass_time(minute(evening + 15)) == []
    subject.take(opened("b"), minute(evening + 16))
    assert subject.wake_at(minute(evening + 16)) == 18 * HOUR
    morning = said(subject.pass_time(minute(18 * 60)))
    assert morning == [("escalated", ("manager",), 0), ("opened", ("oncall",), 0)]
    assert said(subject.pass_time(minute(18 * 60 + 15))) == [("escalated", ("manager",), 0)]


def test_across_boots_trusted_clocks_count_and_without_them_an_escalation_is_counted_anew() -> None:
    for quality, at_once in ((ClockQuality.SYNCED, True), (ClockQuality.UNKNOWN, False)):
        subject = notifier(escalate=ESCALATE, throttle_us=HOUR)
        subject.take(opened(), minute(0))
        after = minute(16, quality, boot="another")
        assert (subject.pass_time(after) != []) is at_once
        if not at_once:
            assert subject.wake_at(after) == 31 * MINUTE
            assert said(subject.take(opened("b"), minute(17, quality, boot="another")))[0][0] == "opened"


STEPS = st.lists(st.tuples(st.sampled_from(["open", "end", "ack", "wait"]), st.integers(1, 400)), max_size=40)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "throttle_us": st.just(10 * MINUTE),
        "silence": st.just((NIGHT,)),
        "escalate": st.just(ESCALATE),
    },
)


@given(OPTIONS, STEPS)
def test_the_laws_of_telling(options: dict[str, Any], steps: list[tuple[str, int]]) -> None:
    """Told at most once and in order; at most one opening in a throttle; none in a silence; ends to whom was told; and
    every episode is told or counted."""
    subject, now, number = notifier(**options), minute(0), 0
    told: dict[str, list[Telling]] = {}
    is_open, counted, ended = False, 0, 0
    last: Instant | None = None

    def take(notifications: list[Notification]) -> None:
        nonlocal counted, last
        for each in notifications:
            told.setdefault(each.event.episode, []).append(each.telling)
            if each.telling in (Telling.OPENED, Telling.ESCALATED) and "silence" in options:
                assert 6 * HOUR <= now.wall_us % (24 * HOUR) < 22 * HOUR
            if each.telling is Telling.OPENED:
                assert last is None or "throttle_us" not in options or now.mono_us - last.mono_us >= 10 * MINUTE
                last = now
                counted += each.suppressed

    for what, minutes in steps:
        until = now.after(minutes * MINUTE)
        while (wake := subject.wake_at(now)) is not None and wake < until.mono_us:
            assert wake > now.mono_us
            now = now.after(wake - now.mono_us)
            take(subject.pass_time(now))
        now = until
        take(subject.pass_time(now))
        if what == "open" and not is_open:
            number += 1
            is_open = True
            take(subject.take(opened(str(number)), now))
        elif what == "end" and is_open:
            is_open = False
            ended += Telling.OPENED not in told.get(str(number), [])
            take(subject.take(resolved(str(number)), now))
        elif what == "ack" and is_open:
            subject.acknowledged(str(number))
    for tellings in told.values():
        loud = [telling for telling in tellings if telling not in (Telling.SILENCED, Telling.THROTTLED)]
        assert loud == sorted(set(loud), key=[Telling.OPENED, Telling.ESCALATED, Telling.RESOLVED].index)
        assert loud[:1] in ([], [Telling.OPENED])
    waiting = sum(series.suppressed for series in subject._series.values())
    assert counted + waiting == ended


def test_a_series_that_holds_nothing_back_is_forgotten() -> None:
    subject = notifier(throttle_us=10 * MINUTE)
    for number in range(20):
        subject.take(opened(str(number), (str(number),)), minute(0))
        subject.take(resolved(str(number), (str(number),)), minute(1))
    subject.pass_time(minute(5))
    assert len(subject._series) == 20
    subject.pass_time(minute(10))
    assert not subject._series


def test_what_is_decided_can_be_shown() -> None:
    (told,) = notifier().take(opened(), minute(0))
    assert msgspec.json.decode(msgspec.json.encode(told))["telling"] == "opened"
