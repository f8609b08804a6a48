"""A replica: writing, durability, merging, and refusing what no replica would write."""

from __future__ import annotations

import pytest

from edge_orch.errors import Invalid
from edge_orch.twin.facts import Facts, JobState, Reported
from edge_orch.twin.genesis import GENESIS_HASH
from edge_orch.twin.replica import Replica, new_actor
from tests.unit.twin.examples import (
    AGENT,
    ack,
    desired,
    device,
    episode,
    merge,
    override,
    replica,
    reported,
    write,
)


def test_an_empty_twin() -> None:
    twin = replica()
    assert (twin.facts(), twin.vector(), twin.heads()) == (Facts(), {}, (GENESIS_HASH,))
    assert twin.changes_since({}) == []


def test_what_is_written_is_read() -> None:
    twin = replica()
    twin.edit([device(), reported(1), episode(), ack(1), override("a-1")])
    assert twin.facts() == Facts(
        device={"self": device()},
        reported={"press": reported(1)},
        episodes={"press/hot/1/opened": episode()},
        acks={"press/hot/1/agent/1": ack(1)},
        overrides={"a-1": override("a-1")},
    )


def test_only_durable_changes_count_and_may_be_sent() -> None:
    twin = replica()
    changes = twin.edit([ack(1)])
    assert (twin.vector(), twin.heads(), twin.changes_since({})) == ({}, (GENESIS_HASH,), [])
    twin.persisted(changes)
    twin.persisted(changes)
    assert (twin.vector(), twin.heads()) == ({twin.actor: 1}, (changes[0].hash,))
    assert twin.changes_since({}) == changes
    assert twin.changes_since(twin.vector()) == []


def test_a_change_counts_once_its_causes_are_durable_too() -> None:
    twin = replica()
    first, second = twin.edit([ack(1)]), twin.edit([ack(2)])
    twin.persisted(second)
    assert twin.vector() == {}
    twin.persisted(first)
    assert twin.vector() == {twin.actor: 2}


def test_changes_of_another_twin_cannot_be_declared_durable() -> None:
    with pytest.raises(Invalid, match="not part of the twin"):
        replica().persisted(replica(boot=2).edit([ack(1)]))


def test_the_same_fact_again_writes_nothing() -> None:
    twin = replica()
    twin.edit([ack(1), device()])
    assert twin.edit([ack(1), device(), ack(1)]) == []


def test_what_a_peer_would_refuse_is_not_even_written() -> None:
    """One fact that the peer refuses would hold up all that comes after it."""
    for twin, fact in ((replica(), desired(1)), (replica("controller"), reported(1))):
        with pytest.raises(Invalid, match="not ours to write"):
            twin.edit([fact])
        assert twin.facts() == Facts()


def test_what_is_written_once_is_not_rewritten_here() -> None:
    twin = replica()
    twin.edit([ack(1)])
    before = twin.facts()
    with pytest.raises(Invalid, match="written once"):
        twin.edit([ack(2), ack(1, note="other")])
    with pytest.raises(Invalid, match="written once"):
        twin.edit([ack(3), ack(3, note="other")])
    assert twin.facts() == before


def test_the_one_writer_replaces_device_and_reports() -> None:
    agent, controller = replica(), replica("controller")
    for version in (1, 2, 3):
        write(agent, [reported(version), device(f"b{version}")])
        merge(controller, agent)
    assert controller.facts() == agent.facts()
    assert controller.facts().reported == {"press": reported(3)}
    assert controller.facts().device == {"self": device("b3")}


def test_a_large_edit_becomes_several_bounded_changes() -> None:
    twin, peer = replica(), replica("controller")
    changes = twin.edit([ack(n, note="x" * 1000) for n in range(100)])
    assert len(changes) > 2
    assert max(len(change.raw) for change in changes) < 48 * 1024
    twin.persisted(changes)
    merge(peer, twin)
    assert len(peer.facts().acks) == 100
    assert len(twin.edit([Reported(f"{n}", 1, "", 1, JobState.RUNNING) for n in range(400)])) == 2


def test_a_fact_too_large_is_invalid_and_nothing_is_written() -> None:
    twin = replica()
    with pytest.raises(Invalid, match="too large"):
        twin.edit([ack(1), ack(2, note="x" * 20_000)])
    assert twin.facts() == Facts()


def test_facts_is_a_value_of_its_own() -> None:
    twin = replica()
    before = twin.facts()
    twin.edit([ack(1)])
    assert before == Facts()
    assert twin.facts() is twin.facts()


def test_it_opens_from_its_changes_in_any_order() -> None:
    twin = replica()
    for n in range(5):
        write(twin, [ack(n), device(f"b{n}")])
    changes = twin.changes_since({})
    again = Replica.open(AGENT, new_actor("agent", AGENT, b"another!"), [*changes[::-2], changes[0], *changes[::-1]])
    assert (again.facts(), again.vector(), again.heads()) == (twin.facts(), twin.vector(), twin.heads())
    assert again.unusable == ()
    write(again, [ack(9)])
    merge(twin, again)
    assert twin.facts() == again.facts()


def test_an_actor_is_never_used_again() -> None:
    twin = replica()
    write(twin, [ack(1)])
    with pytest.raises(Invalid, match="written before"):
        Replica.open(AGENT, twin.actor, twin.changes_since({}))
    with pytest.raises(Invalid, match="not an actor"):
        Replica.open(AGENT, b"short", [])


def test_a_missing_or_damaged_row_blocks_what_follows_until_a_peer_heals_it() -> None:
    twin, peer = replica(), replica("controller")
    for n in range(4):
        write(twin, [ack(n)])
    merge(peer, twin)
    rows = twin.changes_since({})
    torn = [rows[0], type(rows[1])(rows[1].actor, 2, rows[1].hash, rows[1].lamport, rows[1].raw[:-1]), *rows[2:]]
    for damaged in ([rows[0], *rows[2:]], torn):
        again = Replica.open(AGENT, new_actor("agent", AGENT, b"another!"), damaged)
        assert again.vector() == {twin.actor: 1}
        assert set(again.unusable) == set(damaged[1:])
        write(again, [ack(9)])
        merge(again, peer)
        assert again.vector() == {twin.actor: 4, again.actor: 1}
        assert len(again.facts().acks) == 5


def test_two_boots_that_replaced_a_report_apart_agree_on_one() -> None:
    one, two = replica(boot=1), replica(boot=2)
    write(one, [reported(1)])
    write(two, [reported(2)])
    merge(one, two)
    merge(two, one)
    assert one.facts() == two.facts()
    write(one, [reported(3)])
    merge(two, one)
    assert two.facts().reported == {"press": reported(3)}
