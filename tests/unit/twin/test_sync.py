"""Anti-entropy: each numbered invariant of the module by itself, then all of them under every fault at once."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.twin.commands import Ignored, Persist, Quarantine, SyncCommand, SyncMessage, Transmit
from edge_orch.twin.replica import Replica
from edge_orch.twin.sync import SyncSession
from edge_orch.wire.messages import MAX_DELTA, Delta, Have, Roll, encode_message
from tests.unit.twin.examples import AGENT, ack, allow, desired, device, override, replica, reported, write


def session(twin: Replica) -> SyncSession:
    return SyncSession(twin, doc=AGENT, boot=b"boot", allow=allow)


def exchange(one: SyncSession, two: SyncSession, opening: list[SyncCommand], limit: int = 50) -> int:
    """Carry everything without loss until there is silence; returns the number of messages."""
    sides, count = (one, two), 0
    waiting = [(0, command) for command in opening]
    while waiting:
        side, command = waiting.pop(0)
        match command:
            case Transmit(message):
                count += 1
                waiting += [(1 - side, answer) for answer in sides[1 - side].receive(message)]
            case Persist(changes):
                waiting += [(side, answer) for answer in sides[side].persisted(changes)]
            case _:
                raise AssertionError(command)
        assert count < limit, "they never stop"
    return count


def test_both_sides_end_with_everything_in_six_messages_or_fewer() -> None:
    agent, controller = replica(), replica("controller")
    write(agent, [device(), reported(1)])
    write(controller, [desired(1), override("c-1")])
    assert exchange(session(agent), session(controller), session(agent).open()) <= 6
    assert agent.facts() == controller.facts()
    assert (agent.vector(), agent.heads()) == (controller.vector(), controller.heads())


def test_equal_replicas_exchange_one_message() -> None:
    agent, controller = session(replica()), session(replica("controller"))
    assert exchange(agent, controller, agent.open()) == 1


def test_1_nothing_is_sent_or_acknowledged_before_it_is_durable() -> None:
    agent, controller = replica(), replica("controller")
    ours, theirs = session(agent), session(controller)
    made = agent.edit([ack(1)])
    assert ours.receive(Have(AGENT, 0, {}, controller.heads(), b"")) == []
    (sent,) = ours.persisted(made)
    assert isinstance(sent, Transmit)
    assert isinstance(sent.message, Delta)
    (persist,) = theirs.receive(sent.message)
    assert isinstance(persist, Persist)
    assert theirs.receive(sent.message) == []
    assert controller.vector() == {}
    (answer,) = theirs.persisted(persist.changes)
    assert answer == Transmit(Have(AGENT, 0, agent.vector(), agent.heads(), b"boot"))


def test_4_what_awaits_durability_is_not_asked_for_again() -> None:
    agent, controller = replica(), replica("controller")
    theirs = session(controller)
    write(agent, [ack(1)])
    raws = tuple(change.raw for change in agent.changes_since({}))
    (persist,) = theirs.receive(Delta(AGENT, 0, raws, agent.vector(), b""))
    assert isinstance(persist, Persist)
    assert theirs.receive(Have(AGENT, 0, agent.vector(), agent.heads(), b"")) == []
    (answer,) = theirs.persisted(persist.changes)
    assert answer == Transmit(Have(AGENT, 0, agent.vector(), agent.heads(), b"boot"))


def test_2_a_delta_with_one_refused_change_is_refused_whole() -> None:
    agent, controller = replica(), replica("controller")
    good = write(agent, [ack(1)])
    foreign = write(replica(name="pi-2"), [ack(2)])
    before = controller.facts()
    for bad in (foreign, [b"", *good], [good[0][:-1]]):
        (command,) = session(controller).receive(Delta(AGENT, 0, (*good, *bad), {}, b""))
        assert isinstance(command, Quarantine)
        assert controller.facts() == before


def test_3_4_a_long_history_travels_in_bounded_deltas_one_per_answer() -> None:
    agent, controller = replica(), replica("controller")
    for n in range(40):
        write(agent, [ack(n, note=f"{n:05}" * 1000)])
    ours, theirs = session(agent), session(controller)
    assert exchange(ours, theirs, ours.open()) == 1 + 1 + 2 * 4  # Have, Have, then Delta and Have four times
    assert agent.facts() == controller.facts()
    (answer,) = ours.receive(Have(AGENT, 0, {}, (), b""))
    assert isinstance(answer, Transmit)
    assert isinstance(answer.message, Delta)
    assert sum(map(len, answer.message.changes)) <= MAX_DELTA
    assert answer.message.base == {}


def test_5_a_delta_behind_a_lost_one_is_answered_by_a_have() -> None:
    agent, controller = replica(), replica("controller")
    ours, theirs = session(agent), session(controller)
    ours.receive(Have(AGENT, 0, {}, controller.heads(), b""))
    first, second = agent.edit([ack(1)]), agent.edit([ack(2)])
    assert len(ours.persisted(first)) == 1  # lost
    (sent,) = ours.persisted(second)
    assert isinstance(sent, Transmit)
    (answer,) = theirs.receive(sent.message)
    assert answer == Transmit(Have(AGENT, 0, {}, controller.heads(), b"boot"))
    assert exchange(theirs, ours, [answer]) == 3
    assert agent.facts() == controller.facts()


def equivocation() -> tuple[Replica, Replica, Replica]:
    """Two replicas that gave one actor's first number to different changes, and a peer that has the first."""
    one, clone, controller = replica(boot=1), replica(boot=1), replica("controller")
    write(one, [ack(1)])
    write(clone, [ack(2)])
    exchange(session(one), session(controller), session(one).open())
    return one, clone, controller


def test_5_a_delta_that_builds_on_other_content_is_quarantined() -> None:
    _, clone, controller = equivocation()
    base = clone.vector()
    more = write(clone, [ack(3)])
    (command,) = session(controller).receive(Delta(AGENT, 0, tuple(more), clone.vector(), b"", base))
    assert isinstance(command, Quarantine)


def test_6_equal_vectors_with_unequal_heads_are_quarantined() -> None:
    _, clone, controller = equivocation()
    assert clone.vector() == controller.vector()
    have = Have(AGENT, 0, clone.vector(), clone.heads(), b"")
    (command,) = session(controller).receive(have)
    assert isinstance(command, Quarantine)
    write(controller, [desired(1)])
    assert session(controller).receive(have) == [command]


def test_7_changes_under_our_own_actor_that_we_did_not_make_are_quarantined() -> None:
    one, clone, _ = equivocation()
    write(clone, [ack(3)])
    (command,) = session(one).receive(Have(AGENT, 0, clone.vector(), clone.heads(), b""))
    assert isinstance(command, Quarantine)
    assert "own actor" in command.reason


@pytest.mark.parametrize(
    "message", [Have("other", 0, {}, (), b""), Delta("other", 0, (), {}, b""), Roll("other", 1, {}, (), b"")]
)
def test_8_messages_of_another_twin_are_ignored(message: SyncMessage) -> None:
    (command,) = session(replica()).receive(message)
    assert isinstance(command, Ignored)


def test_9_news_is_sent_unasked_to_a_peer_that_has_the_rest() -> None:
    agent, controller = replica(), replica("controller")
    ours, theirs = session(agent), session(controller)
    assert exchange(ours, theirs, ours.open() + [c for c in theirs.open() if ours.receive(c.message) == []]) <= 2  # type: ignore[union-attr]
    made = agent.edit([ack(1)])
    assert exchange(ours, theirs, ours.persisted(made)) == 2
    assert controller.facts() == agent.facts()


def test_news_for_a_peer_nobody_has_heard_of_begins_with_a_have() -> None:
    agent = replica()
    made = agent.edit([ack(1)])
    (command,) = session(agent).persisted(made)
    assert isinstance(command, Transmit)
    assert isinstance(command.message, Have)


# ---- all at once ------------------------------------------------------------------------------------------------


@given(st.lists(st.binary(max_size=100), max_size=3), st.dictionaries(st.binary(max_size=20), st.integers(-9, 9)))
def test_any_delta_and_have_is_answered_without_an_exception(changes: list[bytes], vector: dict[bytes, int]) -> None:
    one = session(replica())
    one.receive(Delta(AGENT, 0, tuple(changes), vector, b"", vector))
    one.receive(Have(AGENT, 0, vector, tuple(changes), b""))


def test_a_delta_of_the_largest_changes_fits_a_message() -> None:
    agent = replica()
    for n in range(30):
        write(agent, [ack(n, note="x" * 16_000)])
    (command,) = session(agent).receive(Have(AGENT, 0, {}, (), b""))
    assert isinstance(command, Transmit)
    assert len(encode_message(command.message)) < MAX_DELTA + 4096
    assert msgspec.msgpack.decode(encode_message(command.message))
