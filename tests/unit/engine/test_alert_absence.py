from __future__ import annotations

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from edge_orch.engine.alert_absence import AbsenceRule
from edge_orch.engine.records import EpisodeEvent, EpisodeEventKind
from edge_orch.plan.plan import Plan
from edge_orch.plan.schema import Schema
from edge_orch.plan.steps import Alert, Clear, SummaryPart
from edge_orch.time import SECOND
from tests.unit.engine.plans import FLOAT, STRING, TIMESTAMP, at, batch, parsed, pipeline, plan, room, schematize

OPENED, RESOLVED = EpisodeEventKind.OPENED, EpisodeEventKind.RESOLVED


def absence(key: tuple[str, ...] = ("k",), hold: int = 0, clear_hold: int = 0, absent: int = 10 * SECOND) -> Alert:
    return Alert(
        name="gone",
        input="parse",
        when=None,
        key=key,
        hold_us=hold,
        clear=Clear(None, clear_hold),
        severity="error",
        summary=(SummaryPart("no word from "), SummaryPart(value="key")),
        notify=("oncall",),
        schema=Schema(()),
        absent_us=absent,
    )


def rule(step: Alert) -> AbsenceRule:
    return AbsenceRule(step, "job", step.absent_us or 0, room())


def told(events: list[EpisodeEvent]) -> list[tuple[str, int]]:
    return [(event.kind.value, event.at_us) for event in events]


def test_a_key_is_missed_when_the_watermark_says_that_it_was_silent_for_so_long() -> None:
    subject = rule(absence(absent=10))
    assert subject.seen(5, ("a",), {}) == []
    assert subject.deadline() == 15
    assert subject.advance(14) == []
    (opened,) = subject.advance(20)
    assert (opened.kind, opened.at_us, opened.summary) == (OPENED, 15, "no word from a")
    assert told(subject.seen(30, ("a",), {})) == [("resolved", 30)]
    assert told(subject.advance(40)) == [("opened", 40)]


def test_other_keys_do_not_speak_for_it() -> None:
    subject = rule(absence(absent=10))
    subject.seen(0, ("a",), {})
    assert subject.seen(12, ("b",), {}) == []
    assert [event.key for event in subject.advance(12)] == [("a",)]


def test_a_sensor_whose_clock_is_slow_is_not_missed_while_it_talks() -> None:
    subject = rule(absence(absent=10))
    subject.advance(1000)
    assert subject.seen(5, ("a",), {}) == []
    assert subject.advance(1009) == []
    assert told(subject.advance(1010)) == [("opened", 1010)]


def test_it_comes_back_for_good_only_after_the_clear_hold() -> None:
    subject = rule(absence(absent=10, clear_hold=5))
    subject.seen(0, ("a",), {})
    assert told(subject.advance(10)) == [("opened", 10)]
    assert subject.seen(20, ("a",), {}) == []
    assert told(subject.advance(30)) == [("resolved", 25), ("opened", 30)]


def test_a_rule_without_a_key_misses_what_never_came() -> None:
    subject = rule(absence(key=(), absent=10))
    assert subject.advance(100) == []
    assert told(subject.advance(110)) == [("opened", 110)]


SCRIPTS = st.lists(
    st.tuples(st.sampled_from(["seen", "seen", "advance"]), st.integers(0, 60), st.sampled_from("ab")), max_size=30
)
SHAPES = st.tuples(st.integers(0, 3), st.integers(0, 3))


def take(subject: AbsenceRule, item: tuple[str, int, str]) -> list[EpisodeEvent]:
    what, time, key = item
    return subject.seen(time, (key,), {"at": time}) if what == "seen" else subject.advance(time)


@given(SHAPES, SCRIPTS, st.integers(0, 30))
def test_a_snapshot_restored_anywhere_changes_nothing(
    shape: tuple[int, int], script: list[tuple[str, int, str]], cut: int
) -> None:
    step = absence(hold=shape[0], clear_hold=shape[1], absent=7)
    whole, first, second = rule(step), rule(step), rule(step)
    expected = [take(whole, item) for item in script]
    before = [take(first, item) for item in script[:cut]]
    second.restore(first.snapshot())
    assert second.deadline() == first.deadline()
    assert before + [take(second, item) for item in script[cut:]] == expected
    assert second.snapshot() == whole.snapshot()


@given(SCRIPTS)
@example([("seen", 0, "a"), ("seen", 7, "a")])
def test_a_key_is_missed_exactly_while_its_last_sign_of_life_is_too_old(script: list[tuple[str, int, str]]) -> None:
    subject = rule(absence(absent=7))
    watermark, last, missed = -1, -1, False
    for what, time, _ in script:
        events = take(subject, (what, time, "a"))
        now = max(watermark, time)
        if what == "advance":
            watermark = now
        now = max(now, last)
        expected = []
        if last >= 0 and not missed and now >= last + 7:
            expected.append(("opened", last + 7))
            missed = True
        if what == "seen":
            if missed:
                now = max(now, last + 8)
                expected.append(("resolved", now))
            last, missed = now, False
        assert told(events) == expected


def job(step: Alert) -> Plan:
    parse = schematize(
        parsed("t", TIMESTAMP, format="unix_s"), parsed("k", STRING), parsed("x", FLOAT, required=False), time="t"
    )
    return plan(parse, msgspec.structs.replace(step, schema=parse.schema), outputs={"raw": "parse"})


def test_when_everything_is_silent_the_monotonic_clock_tells() -> None:
    engine = pipeline(job(absence()))
    engine.process(batch(b'{"t":500,"k":"a"}', received=at(3)))
    assert engine.wake_at() == 13 * SECOND
    assert engine.advance(at(12.9)).episodes == []
    assert told(engine.advance(at(13)).episodes) == [("opened", 510 * SECOND)]
    resolved = engine.process(batch(b'{"t":530,"k":"a"}', received=at(33), position=1)).episodes
    assert told(resolved) == [("resolved", 530 * SECOND)]


def test_a_source_that_never_says_anything_is_missed_from_the_start() -> None:
    engine = pipeline(job(absence(key=())))
    assert engine.advance(at(100)).episodes == []
    assert engine.wake_at() == 110 * SECOND
    engine = pipeline(job(absence(key=())), state=engine.snapshot())
    assert told(engine.advance(at(110)).episodes) == [("opened", 110 * SECOND)]
    (resolved,) = engine.process(batch(b'{"t":7,"k":"a"}', received=at(200))).episodes
    assert resolved.kind is RESOLVED


def test_a_job_that_was_off_misses_nobody_for_it() -> None:
    before = pipeline(job(absence()))
    before.process(batch(b'{"t":500,"k":"a"}', received=at(3)))
    after = pipeline(job(absence()), state=before.snapshot())
    assert after.advance(at(1000, boot="another")).episodes == []
    assert told(after.advance(at(1010, boot="another")).episodes) == [("opened", 510 * SECOND)]
