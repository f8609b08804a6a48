"""What leaves a twin changes the meaning of nothing that stays."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings

from edge_orch.time import DAY, HOUR, ClockQuality, Instant
from edge_orch.twin.facts import SECTION_OF, Fact, Facts, Section
from edge_orch.twin.fold import fold
from edge_orch.twin.settled import settled
from tests.unit.twin.examples import NOON, ack, desired, device, episode, override, reported, silence
from tests.unit.twin.test_fold import ALL, INSTANTS, PARAMS, gathered

LATER = NOON.after(2 * DAY)


def leaving(*facts: Fact, now: Instant = LATER, busy: tuple[str, ...] = ()) -> set[str]:
    return {key for _, key in settled(gathered(list(facts)), now, busy)}


def without(facts: Facts, gone: set[tuple[Section, str]]) -> Facts:
    return Facts(
        **{
            section.value: {key: fact for key, fact in getattr(facts, section).items() if (section, key) not in gone}
            for section in SECTION_OF.values()
        }
    )


@settings(max_examples=300)
@given(ALL, PARAMS, INSTANTS)
def test_what_stays_means_what_it_meant(found, params, now) -> None:  # type: ignore[no-untyped-def]
    facts = gathered(found)
    rest = without(facts, settled(facts, now))
    before, after = fold(facts, params, now), fold(rest, params, now)
    assert after.desired == before.desired
    for name, parameter in before.parameters.items():
        found_now = after.parameters[name]
        assert (found_now.value, found_now.winner, found_now.conflict) == (
            parameter.value,
            parameter.winner,
            parameter.conflict,
        )
    for episode_id, alert in before.alerts.items():
        if alert.state != "resolved":
            assert msgspec.structs.replace(after.alerts[episode_id], acks=()) == msgspec.structs.replace(alert, acks=())
    active = {id_: state for id_, state in before.silences.items() if state.state == "active"}
    assert {id_: state for id_, state in after.silences.items() if state.state == "active"} == active
    assert settled(rest, now) <= settled(facts, now) | {(Section.ACKS, key) for key in rest.acks}


def test_resolved_episodes_leave_a_day_later_with_all_that_belongs_to_them() -> None:
    told = [episode(event) for event in ("opened", "notified.opened.bus", "resolved")]
    assert leaving(*told, ack(1)) == {*(fact.key for fact in told), ack(1).key}
    assert leaving(*told, ack(1), now=NOON.after(HOUR)) == set()
    assert leaving(*told, busy=("press/hot/1",)) == set()
    assert leaving(*told, episode("reopened")) == set()
    assert leaving(ack(1)) == {ack(1).key}, "what it was about has left"


def test_wishes_below_the_highest_generation_leave() -> None:
    assert leaving(desired(9), desired(10), desired(1, job="oven"), reported(9), device()) == {"press/9"}


def test_an_override_leaves_together_with_all_that_it_ended() -> None:
    first, second = override("a-1"), override("a-2", supersedes=("a-1",))
    revoked = override("a-3", None, supersedes=("a-2",))
    assert leaving(first, second) == {"a-1"}
    assert leaving(first, second, revoked) == {"a-1", "a-2", "a-3"}
    expired = override("a-2", supersedes=("a-1",), expires_in_us=HOUR)
    assert leaving(first, expired) == {"a-1", "a-2"}
    weaker = override("a-2", supersedes=("c-1",), expires_in_us=HOUR)
    assert leaving(override("c-1", role="admin"), weaker) == set(), (
        "the admin's may live, and must stay ended where it is"
    )
    assert leaving(first, override("a-2", job="oven", supersedes=("a-1",))) == set()


def test_a_silence_leaves_when_it_is_over_or_lifted() -> None:
    assert leaving(silence("a-1", lasts_us=HOUR), silence("a-2", lasts_us=9 * DAY)) == {"a-1"}
    assert leaving(silence("a-1", lasts_us=9 * DAY), silence("a-2", lifts=("a-1",))) == {"a-1", "a-2"}


def test_nothing_leaves_while_the_time_is_not_known() -> None:
    lost = Instant(LATER.wall_us, 7, "b9", ClockQuality.UNKNOWN)
    assert leaving(desired(9), desired(10), now=lost) == set()
