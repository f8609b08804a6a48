from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.alert_votes import Vote, Votes

ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("cast"), st.sampled_from("abc"), st.integers(0, 9), st.booleans(), st.booleans()),
        st.tuples(st.just("drop"), st.integers(0, 9)),
    )
)


@given(ACTIONS)
def test_counts_agree_with_the_votes_they_count(actions: list[tuple[object, ...]]) -> None:
    votes = Votes()
    for name, *rest in actions:
        getattr(votes, {"cast": "cast", "drop": "drop_before"}[str(name)])(*rest)
        latest = votes.latest.values()
        assert votes.met == sum(vote.met for vote in latest)
        assert votes.uncleared == sum(not vote.cleared for vote in latest)
        assert all(votes.oldest_us <= vote.time_us for vote in latest)
        if name == "drop":
            assert votes.oldest_us == min((vote.time_us for vote in latest), default=0)


def test_a_record_older_than_the_voters_latest_changes_nothing() -> None:
    votes = Votes()
    votes.cast("a", 5, True, False)
    votes.cast("a", 4, False, True)
    assert votes == Votes({"a": Vote(5, True, False)}, met=1, uncleared=1, oldest_us=5)


def test_of_two_records_of_one_time_the_later_counts() -> None:
    votes = Votes()
    votes.cast("a", 5, True, False)
    votes.cast("a", 5, False, True)
    assert (votes.met, votes.uncleared) == (0, 0)
