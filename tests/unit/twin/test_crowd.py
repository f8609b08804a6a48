"""A twin has room for so many resolved episodes: the newest stay, and those that somebody acknowledged."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.time import DAY, SECOND
from edge_orch.twin.crowd import counted_again, crowd, tallies, told_of
from edge_orch.twin.encoding import encode_fact
from edge_orch.twin.epoch import MAX_ROOT, Texts, room_for
from edge_orch.twin.facts import Ack, EpisodeFact, Fact, Facts, Section, Tally
from edge_orch.twin.history import Subject, history
from edge_orch.twin.replica import Replica
from edge_orch.twin.rolling import follow, roll
from edge_orch.twin.settled import settled
from tests.unit.twin.examples import NOON, desired, device, override, replica, write
from tests.unit.twin.test_fold import gathered


def storm(count: int, rule: str = "hot", *, open_last: bool = False) -> list[EpisodeFact]:
    """So many episodes, ten seconds apart, the newest last."""
    found = []
    for number in range(count):
        at_us = NOON.wall_us + number * 10 * SECOND
        fact = EpisodeFact(f"press/{rule}/{number}", "opened", "press", 1, rule, at_us, ("k",), "critical", "too hot")
        over = msgspec.structs.replace(fact, event="resolved", at_us=at_us + SECOND)
        found += [fact] if open_last and number == count - 1 else [fact, over]
    return found


def texts_of(*facts: Fact) -> Texts:
    return {(section, key): text for section, key, text in map(encode_fact, facts)}


def crowded(*facts: Fact, room: int) -> set[str]:
    return crowd(gathered(list(facts)), texts_of(*facts), room)


def acknowledged(episode: str) -> Ack:
    return Ack(episode, "agent", 1, "ann", NOON)


@given(st.integers(0, 12), st.integers(0, 6000), st.booleans())
def test_the_newest_stay_and_fit_and_an_open_one_never_leaves(count: int, room: int, open_last: bool) -> None:
    facts = storm(count, open_last=open_last)
    gone = crowded(*facts, room=room)
    numbers = sorted(int(episode.rpartition("/")[2]) for episode in gone)
    assert numbers == list(range(len(numbers))), "the oldest"
    resolved = {fact.episode for fact in facts if fact.event == "resolved"}
    assert gone <= resolved
    staying = sum(room_for(fact.key, encode_fact(fact)[2]) for fact in facts if fact.episode in resolved - gone)
    assert staying <= room


def test_what_somebody_acknowledged_stays() -> None:
    facts = storm(3)
    assert crowded(*facts, room=0) == {"press/hot/0", "press/hot/1", "press/hot/2"}
    assert crowded(*facts, acknowledged("press/hot/1"), room=0) == {"press/hot/0", "press/hot/2"}


def test_they_are_counted_rule_by_rule_and_earlier_counts_go_into_later_ones() -> None:
    facts = gathered([*storm(5), *storm(2, "cold")])
    first = tallies(facts, {"press/hot/0", "press/hot/1", "press/cold/0"})
    opened = NOON.wall_us
    assert first == [
        Tally("press", "cold", 1, opened, opened + SECOND),
        Tally("press", "hot", 2, opened, opened + 11 * SECOND),
    ]
    again = gathered([*storm(5), *first])
    assert (second := tallies(again, {"press/hot/2"})) == [Tally("press", "hot", 3, opened, opened + 21 * SECOND)]
    assert counted_again(again, second) == {(Section.LATER, first[1].key)}
    assert told_of(again, {"press/hot/2"}) == {
        (Section.EPISODES, "press/hot/2/opened"),
        (Section.EPISODES, "press/hot/2/resolved"),
    }


def test_a_tally_leaves_a_day_later_and_history_tells_of_it() -> None:
    tally = Tally("press", "hot", 180, NOON.wall_us, NOON.wall_us + DAY)
    facts = Facts(later={tally.key: tally})
    assert settled(facts, NOON.after(DAY)) == set()
    assert settled(facts, NOON.after(2 * DAY)) == {(Section.LATER, tally.key)}
    for subject in (Subject("press"), Subject("press", "hot")):
        (told,) = history(facts, [], subject)
        assert told.what == (
            "press.hot: 180 episodes came and went within 1d while the controller was away, and are not kept one by one"
        )
    assert history(facts, [], Subject("press", "cold")) == history(facts, [], Subject("oven")) == []


def alone(agent: Replica, room: int) -> tuple[Replica, tuple[Tally, ...]]:
    """The next epoch of an agent that is away."""
    facts = agent.facts()
    episodes = crowd(facts, agent.texts(), room)
    news = tallies(facts, episodes)
    begun = roll(agent, told_of(facts, episodes) | counted_again(facts, news), news, alone=True)
    assert begun is not None
    fresh, rolled = begun
    fresh.persisted(rolled.changes)
    return fresh, tuple(news)


def test_an_agent_that_is_away_counts_a_storm_and_its_controller_takes_it_so() -> None:
    agent, controller = replica(), replica("controller")
    write(controller, [desired(1), override("c-1")])
    agent.persisted(agent.apply([change.raw for change in controller.changes_since({})], lambda *_: True))
    write(agent, [device(), override("a-1"), acknowledged("press/hot/7")])
    for fact in storm(100, open_last=True):
        write(agent, [fact])
    fresh, (tally,) = alone(agent, 4_000)
    assert fresh.size < agent.size / 4
    episodes = {fact.episode for fact in fresh.facts().episodes.values()}
    assert tally.count + len(episodes) == 100
    assert {"press/hot/7", "press/hot/98", "press/hot/99"} <= episodes
    root = [change.raw for change in fresh.changes_since({}) if change.actor == fresh.epoch.root]
    late = controller.edit([override("c-2")])
    controller.persisted(late)
    followed, rolled = follow(controller, 1, fresh.epoch.past, root, lambda *_: True)
    followed.persisted(rolled.changes)
    for one, other in ((fresh, followed), (followed, fresh)):
        other.persisted(other.apply([change.raw for change in one.changes_since(other.vector())], lambda *_: True))
    assert fresh.facts() == followed.facts()
    assert set(fresh.facts().overrides) == {"a-1", "c-1", "c-2"}
    assert fresh.facts().later == {tally.key: tally}


def test_what_an_agent_wrote_alone_is_carried_over_into_another_root_that_wins() -> None:
    """Two devices that were started from one disk, both away."""
    agent = replica()
    write(agent, [device()])
    other = Replica.open(agent.doc, replica(boot=2).actor, agent.changes_since({}))
    for fact in storm(40):
        write(agent, [fact])
    write(agent, [override("a-1")])
    write(other, [override("a-2")])
    for fact in storm(40):
        write(other, [fact])
    ours, _ = alone(agent, 1_000)
    theirs, _ = alone(other, 1_000)
    root = [change.raw for change in theirs.changes_since({}) if change.actor == theirs.epoch.root]
    followed, _ = follow(ours, 1, theirs.epoch.past, root, lambda *_: True)
    assert "a-1" in followed.facts().overrides


def test_what_a_controller_wrote_into_an_epoch_that_its_agent_has_lost_is_carried_over() -> None:
    """The agent was restored from a backup, and went through two epochs alone before it was heard of."""
    agent, controller = replica(), replica("controller")
    write(agent, [device(), *storm(1)])
    backup = agent.changes_since({})
    write(agent, [override(f"a-{number}") for number in range(30)])
    write(controller, [override("c-1")])
    for one, two in ((agent, controller), (controller, agent)):
        two.persisted(two.apply([change.raw for change in one.changes_since(two.vector())], lambda *_: True))
    begun = roll(agent, {(Section.OVERRIDES, f"a-{number}") for number in range(29)})
    assert begun is not None
    root = [change.raw for change in begun[1].changes]
    controller, rolled = follow(controller, 1, begun[1].epoch.past, root, lambda *_: True)
    controller.persisted(rolled.changes)
    write(begun[0], [override("a-lost")])
    controller.persisted(controller.apply([begun[0].history()[-1].raw], lambda *_: True))
    assert controller.text(Section.OVERRIDES, "c-1")
    restored = Replica.open(agent.doc, replica(boot=2).actor, backup)
    for number in range(2):
        for fact in storm(40, f"hot{number}"):
            write(restored, [fact])
        restored, _ = alone(restored, 1_000)
    root = [change.raw for change in restored.history() if change.actor == restored.epoch.root]
    followed, _ = follow(controller, 2, restored.epoch.past, root, lambda *_: True)
    assert set(followed.facts().overrides) == {"c-1"}


@pytest.mark.parametrize("alone", [False, True])
def test_episodes_beyond_the_room_of_a_root_stand_beside_it(alone: bool) -> None:
    """Five hundred sensors that alarm at once are no reason to keep a history for ever."""
    agent = replica()
    write(agent, [device()])
    for number in range(300):
        write(agent, storm(1, f"a{number}", open_last=True))
    for number in range(500):
        write(agent, storm(1, f"b{number}", open_last=True))
        write(agent, storm(1, f"c{number}"))
    state = {place: text for place, text in agent.texts().items() if "/c" not in place[1]}
    assert sum(len(text) for text in state.values()) > MAX_ROOT
    begun = roll(agent, set(agent.texts()) - set(state), alone=alone)
    assert begun is not None
    fresh, rolled = begun
    assert fresh.texts() == state
    root = [change for change in rolled.changes if change.actor == fresh.epoch.root]
    assert sum(len(change.raw) for change in root) <= MAX_ROOT
    assert len(root) == fresh.epoch.length < len(rolled.changes)
