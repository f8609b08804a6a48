"""Silences: what they are about, and when they end."""

from __future__ import annotations

import msgspec

from edge_orch.time import HOUR, ClockQuality, Instant
from edge_orch.twin.silences import ends_at_us, silence_states, silencing
from tests.unit.twin.examples import NOON, silence

LOST = Instant(0, 7, "b2", ClockQuality.UNKNOWN)
"""Another boot, which does not know the time."""


def test_a_silence_is_about_a_rule_and_perhaps_a_key() -> None:
    found = [silence("a-1", key=("k",)), silence("c-1"), silence("c-2", "")]
    assert silencing(found, "press", "hot", ("k",), NOON) == ("a-1", "c-1", "c-2")
    assert silencing(found, "press", "hot", ("other",), NOON) == ("c-1", "c-2")
    assert silencing(found, "press", "cold", ("k",), NOON) == ("c-2",)
    assert silencing(found, "oven", "hot", ("k",), NOON) == ()


def test_it_ends_by_itself_on_trusted_time_only() -> None:
    one = silence("a-1", lasts_us=HOUR)
    assert silence_states([one], NOON.after(HOUR - 1))["a-1"].state == "active"
    assert silence_states([one], NOON.after(HOUR))["a-1"].state == "expired"
    lost = silence_states([one], LOST)["a-1"]
    assert (lost.state, lost.expires_at_us) == ("active", NOON.wall_us + HOUR)
    elsewhere = Instant(NOON.wall_us + HOUR, 7, "b2")
    assert silence_states([one], elsewhere)["a-1"].state == "expired"
    made_lost = msgspec.structs.replace(one, made_at=LOST)
    assert silence_states([made_lost], NOON)["a-1"].expires_at_us is None
    known_now = Instant(NOON.wall_us, LOST.mono_us + 10, "b2")
    assert silence_states([made_lost], known_now)["a-1"].expires_at_us == NOON.wall_us - 10 + HOUR


def test_lifting_ends_what_it_names_and_silences_nothing() -> None:
    found = [silence("a-1"), silence("c-1"), silence("c-2", lifts=("a-1",))]
    assert silencing(found, "press", "hot", (), NOON) == ("c-1",)
    assert {id_: state.state for id_, state in silence_states(found, NOON).items()} == {
        "a-1": "lifted",
        "c-1": "active",
        "c-2": "lifted",
    }


def test_it_says_when_time_alone_changes_the_answer() -> None:
    found = [silence("a-1", lasts_us=HOUR), silence("a-2", lasts_us=2 * HOUR), silence("a-3", lifts=("a-1",))]
    states = silence_states(found, NOON.after(10)).values()
    assert ends_at_us(states, NOON.after(10)) == NOON.mono_us + 2 * HOUR
    assert ends_at_us(silence_states(found, LOST).values(), LOST) is None
    assert ends_at_us([], NOON) is None
