"""Merging: a union that forgets nothing, and refuses what no replica would write."""

from __future__ import annotations

import itertools
import random

import msgspec
import pytest
from automerge.core import ROOT, Document, ObjType, ScalarType
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_orch.errors import Refused
from edge_orch.twin.document import tried
from edge_orch.twin.facts import Fact, Facts, Section
from edge_orch.twin.genesis import GENESIS, GENESIS_HASH
from edge_orch.twin.replica import Replica, new_actor
from tests.unit.twin.examples import (
    AGENT,
    ack,
    allow,
    desired,
    device,
    episode,
    merge,
    override,
    replica,
    reported,
    write,
)

# ---- merge is a union -------------------------------------------------------------------------------------------


def populated(rng: random.Random) -> list[Replica]:
    """Three replicas of one twin, each with facts of its own, partly merged on the way."""
    twins = [replica("agent", 1), replica("agent", 2), replica("controller", 1, "hq")]
    for n in range(rng.randrange(2, 12)):
        twin = rng.choice(twins)
        central: list[Fact] = [desired(n), ack(n, "controller"), override(f"c-{n}")]
        local: list[Fact] = [device(f"b{n}"), reported(n), ack(n), override(f"a-{n}")]
        write(twin, (central if twin is twins[2] else local)[rng.randrange(0, 3) :])
        if rng.random() < 0.4:
            merge(rng.choice(twins), rng.choice(twins))
    return twins


def state(twin: Replica) -> object:
    return twin.facts(), twin.vector(), twin.heads(), [change.hash for change in twin.changes_since({})]


@settings(max_examples=25)
@given(st.randoms(use_true_random=False))
def test_merge_is_commutative_associative_and_idempotent(rng: random.Random) -> None:
    twins = populated(rng)
    outcomes = []
    for order in itertools.permutations(twins):
        union = replica("controller", 7, "union")
        for twin in (*order, order[0]):
            merge(union, twin)
        outcomes.append(state(union))
    pair = replica("controller", 8, "pair")
    merge(pair, twins[0])
    merge(pair, twins[1])
    union = replica("controller", 9, "union")
    merge(union, twins[2])
    merge(union, pair)
    outcomes.append(state(union))
    assert all(outcome == outcomes[0] for outcome in outcomes)


# ---- refusals ---------------------------------------------------------------------------------------------------


def hostile(actor: bytes = new_actor("agent", AGENT, b"hostile!")) -> tuple[Document, dict[Section, bytes]]:
    """A document in a peer's hands, who may do anything with it."""
    document = Document.load(GENESIS)
    document.set_actor(actor)
    return document, {section: document.get(ROOT, section)[1] for section in Section}  # type: ignore[index]


def raws(document: Document) -> list[bytes]:
    return [bytes(change.raw_bytes) for change in document.get_changes([GENESIS_HASH])]


def refused(twin: Replica, changes: list[bytes], reason: str) -> None:
    before = state(twin)
    with pytest.raises(Refused, match=reason):
        twin.apply(changes, allow)
    with pytest.raises(Refused, match=reason):
        twin.merge(tried(changes), allow)
    assert state(twin) == before


def test_all_or_nothing() -> None:
    twin, other = replica("controller"), replica()
    good = write(other, [ack(1)])
    document, maps = hostile()
    with document.transaction() as transaction:
        transaction.put(maps[Section.DESIRED], "press/1", ScalarType.Str, "{}")
    refused(twin, [*good, *raws(document)], "may not write desired/press/1")
    assert len(twin.apply(good, allow)) == 1


def test_what_was_tried_elsewhere_is_merged_as_if_it_had_been_tried_here() -> None:
    here, there, other = replica("controller"), replica("controller"), replica()
    changes = [*write(other, [ack(1)]), *write(other, [ack(2), ack(3)])]
    assert there.merge(tried(changes), allow) == here.apply(changes, allow)
    assert state(there) == state(here)
    assert there.merge(tried(changes), allow) == []


def test_a_foreign_actor_is_refused() -> None:
    refused(replica("controller"), write(replica(name="pi-2"), [ack(1)]), "may not write acks")


def test_rewriting_and_deleting_are_refused() -> None:
    twin = replica("controller")
    document, maps = hostile()
    acks = maps[Section.ACKS]
    with document.transaction() as transaction:
        transaction.put(acks, "e/agent/1", ScalarType.Str, "1")
    twin.apply(raws(document), allow)
    with document.transaction() as transaction:
        transaction.put(acks, "e/agent/1", ScalarType.Str, "2")
    refused(twin, raws(document), "acks/e/agent/1 is written once")
    document, maps = hostile(new_actor("agent", AGENT, b"hostile2"))
    with document.transaction() as transaction:
        transaction.put(maps[Section.ACKS], "e/agent/1", ScalarType.Str, "other")
    refused(twin, raws(document), "acks/e/agent/1 is written once")
    with document.transaction() as transaction:
        transaction.delete(maps[Section.ACKS], "e/agent/1")
    refused(twin, raws(document), "operations other than put")


def test_the_same_words_under_the_same_key_are_no_conflict() -> None:
    one, two = replica(boot=1), replica(boot=2)
    write(one, [ack(1)])
    write(two, [ack(1)])
    merge(one, two)
    assert one.facts().acks == {"press/hot/1/agent/1": ack(1)}


def test_a_sequence_number_with_two_contents_is_refused() -> None:
    twin, clone, original = replica("controller"), replica(boot=1), replica(boot=1)
    twin.apply(write(original, [ack(1)]), allow)
    refused(twin, write(clone, [ack(2)]), "a second time")
    refused(original, write(clone, [ack(3)])[-1:], "own actor|second time")


def test_a_change_whose_causes_are_missing_waits_to_be_sent_again() -> None:
    twin, other = replica("controller"), replica()
    first, second = write(other, [ack(1)]), write(other, [ack(2)])
    assert twin.apply(second, allow) == []
    assert len(twin.apply([*second, *first], allow)) == 2
    assert twin.facts() == other.facts()


@pytest.mark.parametrize(
    "kind", ["list", "map", "bytes", "integer", "null", "root", "text object", "long", "empty key"]
)
def test_every_other_kind_of_operation_is_refused(kind: str) -> None:
    document, maps = hostile()
    acks, key = maps[Section.ACKS], "e/agent/1"
    with document.transaction() as transaction:
        match kind:
            case "list":
                transaction.insert(transaction.put_object(acks, key, ObjType.List), 0, ScalarType.Str, "x")
            case "map":
                transaction.put_object(acks, key, ObjType.Map)
            case "text object":
                transaction.put_object(acks, key, ObjType.Text)
            case "bytes":
                transaction.put(acks, key, ScalarType.Bytes, b"x")
            case "integer":
                transaction.put(acks, key, ScalarType.Int, 1)
            case "null":
                transaction.put(acks, key, ScalarType.Null, None)
            case "root":
                transaction.put(ROOT, "acks", ScalarType.Str, "x")
            case "long":
                transaction.put(acks, key, ScalarType.Str, "x" * 17_000)
            case _:
                transaction.put(acks, "", ScalarType.Str, "x")
    refused(replica("controller"), raws(document), "change refused")


def test_text_that_is_no_fact_is_kept_and_means_nothing() -> None:
    document, maps = hostile()
    with document.transaction() as transaction:
        transaction.put(maps[Section.ACKS], "e/agent/1", ScalarType.Str, '{"newer": "shape"}')
        transaction.put(maps[Section.ACKS], "e/agent/2", ScalarType.Str, "[" * 10_000)
    twin = replica("controller")
    twin.persisted(twin.apply(raws(document), allow))
    assert twin.facts() == Facts()
    assert twin.unreadable() == ((Section.ACKS, "e/agent/1"), (Section.ACKS, "e/agent/2"))
    assert len(twin.changes_since({})) == 1


@given(st.permutations(range(4)), st.integers(1, 5))
def test_two_boots_that_told_of_one_episode_apart_merge_and_one_telling_counts_everywhere(
    order: list[int], at_us: int
) -> None:
    """A device that was restored from a backup closes an episode that its lost self had closed at another time."""
    opened = replica(boot=1)
    write(opened, [episode()])
    rows = opened.changes_since({})
    lost, restored = (Replica.open(AGENT, new_actor("agent", AGENT, bytes([boot]) * 8), rows) for boot in (2, 3))
    told = [msgspec.structs.replace(episode("resolved"), at_us=at_us + boot) for boot in (0, 9)]
    write(lost, [told[0]])
    write(restored, [told[1]])
    controller, other = replica("controller"), replica("controller", boot=2)
    for target in (controller, other):
        merge(target, opened)
    pairs = [(controller, lost), (controller, restored), (other, restored), (other, lost)]
    for number in order:
        merge(*pairs[number])
    merge(lost, controller)
    merge(restored, controller)
    facts = controller.facts()
    assert facts.episodes["press/hot/1/resolved"] in told
    assert facts == other.facts() == lost.facts() == restored.facts()
    assert controller.heads() == other.heads() == lost.heads() == restored.heads()


def test_nobody_takes_back_what_was_told_of_an_episode() -> None:
    agent, controller = replica(), replica("controller")
    write(agent, [episode()])
    merge(controller, agent)
    made = agent._document.write({(Section.EPISODES, "press/hot/1/opened"): "{}"})
    with pytest.raises(Refused, match="written once"):
        controller.apply([made], allow)
