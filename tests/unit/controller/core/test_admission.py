"""The laws of admission: few at a time, the urgent first, everybody in the end."""

from __future__ import annotations

from edge_orch_controller.core.admission import FAIR, Admission, Urgency
from hypothesis import given
from hypothesis import strategies as st

TURN = 100


def test_the_more_urgent_come_first_and_equals_in_their_order() -> None:
    admission = Admission(places=1, turn_us=TURN)
    admission.ask("old", Urgency.HISTORY)
    admission.ask("b", Urgency.DESIRED)
    admission.ask("a", Urgency.DESIRED)
    admission.ask("hot", Urgency.ALERT)
    order = []
    while agent := admission.admit(0):
        order.append(agent)
        admission.leave(agent)
    assert order == ["hot", "b", "a", "old"]


def test_who_becomes_more_urgent_keeps_the_time_it_has_waited() -> None:
    admission = Admission(places=1, turn_us=TURN)
    admission.ask("first", Urgency.HISTORY)
    admission.ask("second", Urgency.ALERT)
    admission.ask("first", Urgency.ALERT)
    admission.ask("first", Urgency.HISTORY)
    assert admission.admit(0) == "first"


def test_a_place_comes_free_by_itself_when_its_turn_is_over() -> None:
    admission = Admission(places=1, turn_us=TURN)
    admission.ask("silent", Urgency.HISTORY)
    assert admission.admit(5) == "silent"
    assert admission.wake_at() is None
    admission.ask("next", Urgency.HISTORY)
    assert admission.wake_at() == 5 + TURN
    assert admission.admit(4 + TURN) is None
    assert admission.admit(5 + TURN) == "next"
    assert not admission.inside("silent")


def test_a_crowd_of_urgent_ones_cannot_keep_out_whoever_has_waited_longest() -> None:
    admission = Admission(places=1, turn_us=TURN)
    admission.ask("patient", Urgency.HISTORY)
    for turn in range(FAIR):
        admission.ask(f"hot-{turn}", Urgency.ALERT)
        agent = admission.admit(0)
        assert agent is not None
        admission.leave(agent)
        if agent == "patient":
            return
    raise AssertionError("it still waits")


@given(
    places=st.integers(1, 4),
    steps=st.lists(
        st.tuples(
            st.sampled_from(["ask", "leave", "forget", "admit", "sleep"]),
            st.integers(0, 15),
            st.sampled_from(Urgency),
        ),
        max_size=300,
    ),
)
def test_never_more_than_there_are_places_and_everybody_in_the_end(
    places: int, steps: list[tuple[str, int, Urgency]]
) -> None:
    admission, now, wanting, served = Admission(places, TURN), 0, set[str](), list[str]()
    for what, number, urgency in steps:
        agent = f"agent-{number}"
        if what == "ask" and not admission.inside(agent):
            admission.ask(agent, urgency)
            wanting.add(agent)
        elif what == "leave":
            admission.leave(agent)
        elif what == "forget":
            admission.forget(agent)
            wanting.discard(agent)
        elif what == "sleep":
            now += number * 20
        elif (admitted := admission.admit(now)) is not None:
            assert admission.inside(admitted)
            assert admitted in wanting
            wanting.discard(admitted)
        assert sum(admission.inside(f"agent-{n}") for n in range(16)) <= places
        assert admission.waiting() == len(wanting)
    for _ in range(len(wanting)):  # nobody says that it is done: turns end by themselves
        now += TURN
        admitted = admission.admit(now)
        assert admitted is not None
        served.append(admitted)
    assert sorted(served) == sorted(wanting)


def test_queues_do_not_remember_those_that_have_gone() -> None:
    admission = Admission(places=1, turn_us=TURN)
    for number in range(10_000):
        admission.ask(f"agent-{number}", Urgency.ALERT)
        agent = admission.admit(0)
        assert agent is not None
        admission.leave(agent)
    assert len(admission._by_number) + len(admission._by_urgency) < 500
