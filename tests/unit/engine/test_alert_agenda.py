from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.alert_agenda import Agenda, Key

KEYS: st.SearchStrategy[Key] = st.sampled_from([("a",), ("b",), ("c", "d")])
PLANS = st.tuples(KEYS, st.one_of(st.none(), st.integers(0, 20)))


@given(st.lists(st.one_of(PLANS, st.integers(0, 20)), max_size=300))
def test_it_agrees_with_a_plain_mapping(actions: list[tuple[Key, int | None] | int]) -> None:
    agenda = Agenda()
    times: dict[Key, int] = {}
    for action in actions:
        if isinstance(action, int):
            first = min(((at, key) for key, at in times.items()), default=None)
            expected = first if first is not None and first[0] <= action else None
            assert agenda.take(action) == expected
            if expected:
                del times[expected[1]]
        else:
            key, at = action
            agenda.plan(key, at)
            times.pop(key, None)
            if at is not None:
                times[key] = at
        assert agenda.first() == min(times.values(), default=None)


def test_replaced_times_do_not_pile_up() -> None:
    agenda = Agenda()
    for at in range(10_000):
        agenda.plan(("k",), at)
    assert len(agenda._heap) <= 66
