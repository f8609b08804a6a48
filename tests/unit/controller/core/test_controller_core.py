"""The controller's core against replicas of agents: rollouts, absences, interventions, failing disks."""

from __future__ import annotations

import pytest
from edge_orch_controller.core.events import (
    AckRequested,
    AgentUp,
    MessageReceived,
    OverrideRequested,
)

from edge_orch.errors import EdgeOrchError, Invalid, Refused, StorageError
from edge_orch.time import MINUTE, SECOND
from edge_orch.twin.facts import Ack, EpisodeFact, JobState, Override, Reported
from edge_orch.twin.interventions import NotFound
from edge_orch.wire.messages import Have, Telemetry
from tests.unit.controller.bench import Bench, override


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
