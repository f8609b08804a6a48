"""A crowd of agents that come at once: few are served at a time, the urgent first, nobody is forgotten."""

from __future__ import annotations

from collections.abc import Iterable

from edge_orch_controller.core.events import AgentUp, MessageReceived

from edge_orch.time import MINUTE, SECOND
from edge_orch.twin.facts import EpisodeFact, JobState, Reported
from edge_orch.wire.messages import OPEN_EPISODES, Delta, Have, Telemetry
from tests.unit.controller.bench import Bench

NAMES = tuple(f"press-{number:02}" for number in range(12))


def crowd(**settings: int) -> Bench:
    """Twelve agents, each with a fact that the controller lacks."""
    bench = Bench(*NAMES, **settings)
    for name in NAMES:
        bench.agents[name].write(Reported("job", 1, "d", 1, JobState.RUNNING))
    return bench


def come(bench: Bench, names: Iterable[str]) -> None:
    """They connect and speak; what the store is asked for stays unanswered until `bench.resume`."""
    bench.halted = True
    bench.up(*names)


def test_a_bounded_number_is_served_at_a_time_and_all_in_the_end() -> None:
    bench = crowd(syncs_at_once=3)
    come(bench, NAMES)
    assert [command.agent for command in bench.loads] == ["press-00", "press-01", "press-02"]
    bench.resume()
    assert bench.most_loads == 3
    assert all(bench.twins_are_equal(name) for name in NAMES)


def test_open_alerts_come_before_wishes_and_wishes_before_history() -> None:
    bench = crowd(syncs_at_once=1)
    bench.apply("job", 2)  # for all; the last ones have it already
    come(bench, NAMES[:1])  # it has the only place
    come(bench, NAMES[1:])
    bench.tell(MessageReceived("press-11", Telemetry("press-11", 1, {OPEN_EPISODES: 1})))
    bench.resume()
    assert bench.order[1] == "press-11"
    assert sorted(bench.order) == sorted(NAMES)


def test_an_agent_that_has_what_we_have_costs_no_load_and_no_commit_and_is_greeted_once() -> None:
    bench = crowd(open_twins=1)
    bench.up(*NAMES)
    loads, commits = len(bench.order), bench.commits
    bench.down("press-03")
    bench.tell(AgentUp("press-03"))
    (have,) = bench.agents["press-03"]._perform(bench.agents["press-03"].session.open())
    bench.here.add("press-03")
    sent = len(bench.sent)
    for _ in range(3):
        bench.tell(MessageReceived("press-03", have))
    assert len(bench.order) == loads
    assert bench.commits <= commits + 2  # when it was seen last
    assert [type(message) for _, message in bench.sent[sent:]] == [Have]


def test_what_a_waiting_agent_says_is_kept_only_while_it_is_small() -> None:
    bench = crowd(syncs_at_once=1)
    come(bench, NAMES[:1])
    agent = bench.agents["press-01"]
    facts = [EpisodeFact(f"e{n}", "opened", "job", 1, "hot", n, summary="x" * 500) for n in range(40)]
    agent.write(*facts)
    bench.tell(AgentUp("press-01"))
    bench.here.add("press-01")
    raws = tuple(change.raw for change in agent.replica.changes_since({}))
    bench.tell(MessageReceived("press-01", Delta("press-01", 0, raws, agent.replica.vector(), b"1")))
    visit = bench.core._reception._visits["press-01"]
    assert (visit.message, visit.owes) == (None, True)
    bench.resume()
    assert bench.twins_are_equal("press-01")


def test_an_agent_that_falls_silent_keeps_nobody_out_for_longer_than_its_turn() -> None:
    bench = crowd(syncs_at_once=1)
    bench.tell(AgentUp("press-00"))
    bench.tell(MessageReceived("press-00", Have("press-00", 0, {b"x" * 16: 1}, (b"y" * 32,), b"1")))
    come(bench, NAMES[1:])
    bench.resume()
    assert not bench.twins_are_equal("press-01")
    bench.sleep(30 * SECOND)
    assert all(bench.twins_are_equal(name) for name in NAMES[1:])


def test_an_agent_that_does_not_know_that_we_were_away_hears_from_us() -> None:
    bench = crowd()
    bench.here.add("press-00")
    bench.tell(AgentUp("press-00"))
    bench.sleep(2 * SECOND)
    assert bench.twins_are_equal("press-00")


def test_whoever_speaks_regularly_is_not_spoken_to_without_cause() -> None:
    bench = crowd()
    bench.up("press-00")
    sent = len(bench.sent)
    for _ in range(10):
        bench.sleep(40 * SECOND)
        (have,) = bench.agents["press-00"]._perform(bench.agents["press-00"].session.open())
        bench.tell(MessageReceived("press-00", have))
    assert len(bench.sent) == sent
    bench.sleep(MINUTE)
    assert len(bench.sent) == sent + 1
