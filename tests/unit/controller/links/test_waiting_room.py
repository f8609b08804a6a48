"""Whoever finds no place is asked to come back, the later the more there are."""

from __future__ import annotations

from edge_orch_controller.links.waiting_room import WaitingRoom
from hypothesis import given
from hypothesis import strategies as st


def test_the_more_are_turned_away_the_later_they_shall_come_back() -> None:
    room = WaitingRoom(100, 10, 30)
    assert all(room.enter() for _ in range(100))
    asked = []
    for _ in range(350):
        assert not room.enter()
        asked.append(room.come_back_within_s())
    assert asked[:99] == [10] * 99
    assert asked[99:199] == [20] * 100
    assert asked[199:] == [30] * 151


def test_a_room_that_was_empty_has_forgotten_the_rush() -> None:
    room = WaitingRoom(1, 10, 30)
    assert room.enter()
    assert not any(room.enter() for _ in range(10))
    assert room.come_back_within_s() == 30
    room.leave()
    assert room.enter()
    assert not room.enter()
    assert room.come_back_within_s() == 20


@given(st.lists(st.booleans(), max_size=200), st.integers(0, 5))
def test_never_more_than_its_places_and_never_none_while_one_is_free(comings: list[bool], places: int) -> None:
    room, inside = WaitingRoom(places, 10, 30), 0
    for comes in comings:
        if comes:
            assert room.enter() == (inside < places)
            inside = min(places, inside + 1)
        elif inside:
            room.leave()
            inside -= 1
        assert 10 <= room.come_back_within_s() <= 30
