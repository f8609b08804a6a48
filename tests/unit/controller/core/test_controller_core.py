"""The controller's core against replicas of agents: rollouts, absences, interventions, failing disks."""

from __future__ import annotations

import msgspec
import pytest
from edge_orch_controller.core.commands import Commit, Send, Warn
from edge_orch_controller.core.events import (
    AckRequested,
    AgentEnrolled,
    AgentUp,
    ChangesRefused,
    MessageReceived,
    OverrideRequested,
)
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edge_orch.errors import EdgeOrchError, Invalid, Problem, Refused, StorageError
from edge_orch.time import MINUTE, SECOND
from edge_orch.twin.encoding import encode_fact
from edge_orch.twin.facts import Ack, EpisodeFact, JobState, Override, Reported, Section
from edge_orch.twin.interventions import NotFound
from edge_orch.wire.messages import Have, Roll, Telemetry, Unknown, Unsupported
from tests.unit.controller.bench import Bench, BenchAgent


def override(number: int = 1, value: float | None = 90.0, role: str = "operator", **other: object) -> OverrideRequested:
    fields = {"agent": "press-1", "job": "job", "param": "hot_c", "reason": "summer", "by": "olga"} | other
    return OverrideRequested(request=number, value=value, role=role, **fields)  # type: ignore[arg-type]


def test_a_rollout_reaches_agents_that_are_here_and_those_that_come() -> None:
    bench = Bench("press-1", "press-2", "press-3")
    bench.up("press-1", "press-2")
    rollout = bench.apply("job", 1)
    account = bench.core.rollout(rollout.id)
    assert account is not None
    assert (account.state, account.total, account.done, account.pending) == ("running", 3, 2, 1)
    bench.up("press-3")
    account = bench.core.rollout(rollout.id)
    assert account is not None
    assert (account.state, account.done) == ("done", 3)
    assert [r.state for r in bench.store.rollouts()] == ["done"]
    assert all(bench.twins_are_equal(name) for name in bench.agents)


def test_an_agent_that_was_away_gets_the_newest_version_only() -> None:
    bench = Bench("press-1")
    bench.up("press-1")
    bench.apply("job", 1)
    bench.down("press-1")
    for number in (2, 3, 4):
        bench.apply("job", number)
    assert [r.state for r in bench.store.rollouts()] == ["running", "superseded", "superseded", "done"]
    bench.up("press-1")
    assert bench.agents["press-1"].asked == [1, 4]


def test_a_new_agent_gets_the_newest_version() -> None:
    bench = Bench()
    bench.apply("job", 1)
    bench.apply("job", 2)
    bench.enroll("press-9", {})
    bench.up("press-9")
    assert bench.agents["press-9"].asked == [2]


def test_going_back_is_asked_for_under_a_new_generation() -> None:
    bench = Bench("press-1")
    bench.up("press-1")
    for number in (1, 2, 1):
        bench.apply("job", number)
    assert bench.agents["press-1"].asked == [1, 2, 1]
    assert [r.state for r in bench.store.rollouts()] == ["done", "done", "done"]


def test_a_restarted_controller_goes_on_where_it_was() -> None:
    bench = Bench("press-1", "press-2")
    bench.up("press-1")
    bench.apply("job", 1)
    bench.restart()
    standing = bench.core.members()["press-1"].standing
    assert standing.reported["job"].state is JobState.RUNNING
    bench.up("press-1", "press-2")
    assert bench.agents["press-1"].asked == [1]
    assert [r.state for r in bench.store.rollouts()] == ["done"]


def test_a_crash_between_storing_a_version_and_asking_for_it_leaves_nothing_half_done() -> None:
    bench = Bench("press-1")
    bench.failing = True
    bench.up("press-1")
    bench.apply("job", 1)
    assert bench.agents["press-1"].asked == []
    bench.failing = False
    bench.restart()
    bench.up("press-1")
    assert bench.agents["press-1"].asked == [1]


def test_while_the_disk_is_full_nothing_is_sent_and_afterwards_everything() -> None:
    bench = Bench("press-1")
    bench.up("press-1")
    bench.failing = True
    bench.apply("job", 1)
    bench.tell(override())
    bench.sleep(10 * SECOND)
    assert bench.agents["press-1"].asked == []
    assert [type(reply.error) for reply in bench.replies] == [StorageError]
    bench.failing = False
    bench.sleep(2 * SECOND)
    assert bench.agents["press-1"].asked == [1]
    assert bench.store.rollouts()[0].state == "done"
    assert bench.store.facts("press-1").overrides == {}


def test_a_twin_that_cannot_be_read_is_tried_again() -> None:
    bench = Bench("press-1")
    bench.apply("job", 1)
    bench.unreadable = True
    bench.up("press-1")
    bench.tell(override())
    assert [type(reply.error) for reply in bench.replies] == [StorageError]
    assert bench.warnings
    bench.unreadable = False
    bench.sleep(2 * MINUTE)
    assert bench.agents["press-1"].asked == [1]


def test_few_twins_are_kept_open_and_all_are_served() -> None:
    names = [f"press-{n}" for n in range(8)]
    bench = Bench(*names, open_twins=2)
    bench.up(*names)
    for number in (1, 2, 3):
        bench.apply("job", number)
    assert {tuple(agent.asked) for agent in bench.agents.values()} == {(1, 2, 3)}
    assert all(bench.twins_are_equal(name) for name in names)


def test_an_override_reaches_the_agent_and_names_what_it_replaces() -> None:
    bench = Bench("press-1")
    bench.up("press-1")
    bench.apply("job", 1)
    bench.tell(override(1))
    bench.tell(override(2, 91.0))
    first, second = (reply.fact for reply in bench.replies)
    assert isinstance(first, Override)
    assert isinstance(second, Override)
    assert second.supersedes == (first.id,)
    assert bench.agents["press-1"].replica.facts().overrides == {first.id: first, second.id: second}
    entry = bench.store.audit(1)[0]
    assert (entry.who, entry.subject, entry.detail) == ("olga", "press-1/job.hot_c", "91.0, because summer")


@pytest.mark.parametrize(
    ("request_", "refused"),
    [
        (override(agent="press-9"), NotFound),
        (override(job="other"), NotFound),
        (override(param="cold_c"), NotFound),
        (override(value=None), NotFound),
        (override(value=900.0), Invalid),
        (override(reason=" "), Invalid),
        (override(reason="r" * 20_000), Invalid),
        (override(role="viewer"), Refused),
        (override(param="quorum", value=2), Refused),
        (override(param="unit"), Refused),
        (AckRequested(1, "press-1", "nothing", "olga"), NotFound),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(
    request_: OverrideRequested | AckRequested, refused: type[EdgeOrchError]
) -> None:
    bench = Bench("press-1")
    bench.apply("job", 1)
    entries = len(bench.store.audit(100))
    bench.tell(request_)
    (reply,) = bench.replies
    assert type(reply.error) is refused
    assert len(bench.store.audit(100)) == entries


def test_an_alert_of_an_agent_is_acknowledged() -> None:
    bench = Bench("press-1")
    agent = bench.agents["press-1"]
    agent.write(EpisodeFact("e1", "opened", "job", 1, "hot", 5, (), "critical", "hot"))
    bench.up("press-1")
    for number in (1, 2):
        bench.tell(AckRequested(number, "press-1", "e1", "olga", "on my way"))
    acks = [reply.fact for reply in bench.replies]
    keys = [ack.key for ack in acks if isinstance(ack, Ack)]
    assert len(set(keys)) == 2
    assert list(agent.replica.facts().acks) == keys


def test_telemetry_is_shown_and_not_stored() -> None:
    bench = Bench("press-1")
    bench.up("press-1")
    commits = bench.commits
    bench.tell(MessageReceived("press-1", Telemetry("press-1", 1, {"outbox.bytes": 7})))
    assert bench.core.members()["press-1"].telemetry == {"outbox.bytes": 7}
    assert bench.commits == commits


def test_changes_of_a_strange_twin_are_refused() -> None:
    bench = Bench("press-1", "press-2")
    bench.up("press-1")
    bench.tell(MessageReceived("press-1", Have("press-2", 0, {}, (), b"")))
    assert bench.warnings == ["sent changes of a twin that is not its own"]


def test_strangers_are_nobody() -> None:
    bench = Bench()
    bench.tell(AgentUp("stranger"))
    bench.tell(MessageReceived("stranger", Have("stranger", 0, {}, (), b"")))
    assert bench.core.wake_at() is None
    assert bench.core.members() == {}


def test_agents_that_are_here_hear_from_us_regularly() -> None:
    bench = Bench("press-1")
    bench.up("press-1")
    agent = bench.agents["press-1"]
    agent.session.persisted(agent.replica.edit([Reported("job", 1, "d", 1, JobState.RUNNING)]))  # its message was lost
    assert not bench.twins_are_equal("press-1")
    bench.sleep(MINUTE)
    assert bench.twins_are_equal("press-1")
    bench.down("press-1")
    assert bench.core.wake_at() is None


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


def test_the_controller_follows_when_an_agent_rolls_its_twin_and_archives_what_left() -> None:
    bench = Bench("press-1")
    bench.apply("job", 1)
    bench.up("press-1")
    agent = bench.agents["press-1"]
    told = [EpisodeFact(f"e{n}", "opened", "job", 1, "hot", n, summary="hot " * 20) for n in range(20)]
    for message in agent.write(*told[:10]) + agent.write(*told[10:]):
        bench.tell(MessageReceived("press-1", message))
    gone = tuple((Section.EPISODES, fact.key) for fact in told[1:])
    bench.tell(override())  # written at the centre, and told at once
    for message in agent.roll(*gone):
        bench.tell(MessageReceived("press-1", message))
    assert bench.twins_are_equal("press-1")
    assert bench.store.epoch("press-1").number == 1
    assert set(bench.store.facts("press-1").episodes) == {told[0].key}
    assert {key for _, key, _ in bench.store.archived("press-1")} == {key for _, key in gone}
    assert bench.warnings == []
    bench.restart()
    bench.up("press-1")
    bench.apply("job", 2)
    assert agent.asked == [1, 2]
    assert bench.twins_are_equal("press-1")


def test_an_agent_that_went_on_alone_from_a_backup_may_have_told_of_an_episode_at_another_time() -> None:
    bench = Bench("press-1")
    bench.apply("job", 1)
    bench.up("press-1")
    agent = bench.agents["press-1"]
    told = EpisodeFact("e", "opened", "job", 1, "hot", 1)
    for message in agent.write(told):
        bench.tell(MessageReceived("press-1", message))
    section, key, text = encode_fact(msgspec.structs.replace(told, at_us=2))
    before = agent.replica.texts()
    raws = agent.replica.root(1, {**before, (section, key): text})
    bench.tell(MessageReceived("press-1", Roll("press-1", 1, {}, tuple(raws), b"")))
    assert bench.warnings == []
    assert bench.store.facts("press-1").episodes[key].at_us == 2
    assert bench.store.archived("press-1") == [(section, key, before[section, key])]


def test_a_root_that_rewrites_or_invents_what_the_controller_decided_is_refused() -> None:
    bench = Bench("press-1")
    bench.apply("job", 1)
    bench.up("press-1")
    agent = bench.agents["press-1"]
    texts = agent.replica.texts()
    key = next(place for place in texts if place[0] is Section.DESIRED)
    for place, text in ((key, "{}"), ((Section.OVERRIDES, "c-9"), "{}"), ((Section.ACKS, "nobody's"), "{}")):
        raws = agent.replica.root(1, {**texts, place: text})
        bench.tell(MessageReceived("press-1", Roll("press-1", 1, {}, tuple(raws), b"")))
    assert len(bench.warnings) == 3
    assert bench.store.epoch("press-1").number == 0


def test_a_message_that_it_does_not_know_is_answered_politely_and_an_answer_is_not_answered() -> None:
    bench = Bench("press-1")
    bench.up("press-1")
    commands = bench.core.handle(MessageReceived("press-1", Unknown("song")), bench.now)
    assert Send("press-1", Unsupported("song")) in commands
    answered = bench.core.handle(MessageReceived("press-1", Unsupported("song")), bench.now)
    assert [type(command) for command in answered if not isinstance(command, Commit)] == [Warn]


def test_two_devices_started_from_one_disk_image_are_reported_once_and_lose_nothing() -> None:
    bench = Bench("press-1")
    bench.up("press-1")
    bench.apply("job", 1)
    first = bench.agents["press-1"]
    second = BenchAgent("press-1", boot="copy")
    for number in range(4):
        for device in (first, second):
            bench.agents["press-1"] = device
            fact = EpisodeFact(f"e{number}", f"opened.{device is first}", "job", 1, "hot", number)
            for message in device.write(fact):
                bench.tell(MessageReceived("press-1", message))
            bench.up("press-1")
    assert bench.warnings == ["two devices run as this agent: its disk was copied"]
    assert len(bench.store.facts("press-1").episodes) == 8
    assert bench.core.copies.seen("press-1", bench.now.mono_us)
    agent = bench.core.members()["press-1"].agent
    bench.tell(AgentEnrolled(msgspec.structs.replace(agent, public_key=b"new")))
    assert not bench.core.copies.seen("press-1", bench.now.mono_us)


def test_changes_that_were_refused_before_they_were_merged_are_shown_until_others_are_taken() -> None:
    bench = Bench("press-1")
    bench.up("press-1")
    bench.tell(ChangesRefused("press-1", Problem("the process that tried them is gone")))
    assert bench.warnings == ["the process that tried them is gone"]
    assert bench.core.members()["press-1"].refusal
    for message in bench.agents["press-1"].write(EpisodeFact("e", "opened", "job", 1, "hot", 1)):
        bench.tell(MessageReceived("press-1", message))
    assert bench.core.members()["press-1"].refusal == ""
