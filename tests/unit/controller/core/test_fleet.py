"""Whatever happens to a controller and its agents, in any order."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edge_orch.time import MINUTE, SECOND
from tests.unit.controller.bench import Bench, override

NAMES = ("press-1", "press-2", "oven-1")


class Fleet(RuleBasedStateMachine):
    """Whatever happens: once all are here and nothing fails, everything is as the newest rollout says."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench(*NAMES, open_twins=2)
        self.newest = 0
        self.requests = 0
        self.unanswered = 0

    @rule(number=st.integers(1, 4))
    def apply(self, number: int) -> None:
        self.bench.apply("job", number)
        self.newest = number

    @rule(name=st.sampled_from(NAMES))
    def up(self, name: str) -> None:
        self.bench.up(name)

    @rule(name=st.sampled_from(NAMES))
    def down(self, name: str) -> None:
        self.bench.down(name)

    @rule(name=st.sampled_from(NAMES), obeys=st.booleans())
    def obey(self, name: str, obeys: bool) -> None:
        self.bench.agents[name].obeys = obeys

    @rule(failing=st.booleans())
    def disk(self, failing: bool) -> None:
        self.bench.failing = failing

    @rule()
    def restart(self) -> None:
        self.bench.restart()
        self.unanswered = self.requests - len(self.bench.replies)  # who waited has lost the connection, and knows it

    @rule(seconds=st.integers(1, 50))
    def sleep(self, seconds: int) -> None:
        self.bench.sleep(seconds * SECOND)

    @precondition(lambda self: self.newest)
    @rule(name=st.sampled_from(NAMES), value=st.floats(0, 200))
    def override(self, name: str, value: float) -> None:
        self.requests += 1
        self.bench.tell(override(self.requests, value, agent=name))

    @invariant()
    def one_version_a_generation(self) -> None:
        for name in NAMES:
            generations = [fact.generation for fact in self.bench.store.facts(name).desired.values()]
            assert len(generations) == len(set(generations))

    @invariant()
    def nothing_is_sent_before_it_is_durable(self) -> None:
        for name, agent in self.bench.agents.items():
            durable = {change.hash for change in self.bench.stored_twin(name)}
            theirs = agent.replica.actor
            assert all(c.hash in durable for c in agent.replica.changes_since({}) if c.actor != theirs)

    def teardown(self) -> None:
        bench = self.bench
        bench.failing = False
        for agent in bench.agents.values():
            agent.obeys = True
        bench.sleep(5 * SECOND)
        bench.up(*NAMES)
        bench.sleep(2 * MINUTE)
        assert all(bench.twins_are_equal(name) for name in NAMES)
        if self.newest:
            assert {r.state for r in bench.store.rollouts()} <= {"done", "superseded"}
            assert bench.store.rollouts()[0].state == "done"
            for member in bench.core.members().values():
                assert member.standing.reported["job"].version == self.newest
        kept = {key for name in NAMES for key in bench.store.facts(name).overrides}
        assert kept == {r.fact.key for r in bench.replies if r.fact is not None}
        assert len(bench.replies) == self.requests - self.unanswered


TestFleet = Fleet.TestCase
TestFleet.settings = settings(max_examples=25, stateful_step_count=20)
