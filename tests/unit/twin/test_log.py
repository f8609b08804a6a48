"""The log of changes: no gaps, causes first."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from edge_orch.twin.change import Change
from edge_orch.twin.genesis import GENESIS_HASH, GENESIS_LAMPORT
from edge_orch.twin.log import ChangeLog, Linked

A, B = b"a" * 16, b"b" * 16


def linked(actor: bytes, seq: int, name: str, lamport: int, *deps: str) -> Linked:
    causes = tuple(dep.encode() for dep in deps) or (GENESIS_HASH,)
    return Linked(Change(actor, seq, name.encode(), lamport, b""), causes)


A1, A2 = linked(A, 1, "a1", 7), linked(A, 2, "a2", 8, "a1")
B1, B2 = linked(B, 1, "b1", 7), linked(B, 2, "b2", 9, "b1", "a2")
ALL = [A1, A2, B1, B2]


def test_an_empty_log_has_the_genesis_only() -> None:
    log = ChangeLog()
    assert (log.vector(), log.heads(), log.since({})) == ({}, (GENESIS_HASH,), [])
    assert GENESIS_HASH in log
    assert log.linked(GENESIS_HASH) is None
    assert log.lamport(GENESIS_HASH) == GENESIS_LAMPORT


def test_it_takes_a_change_behind_its_causes_only() -> None:
    log = ChangeLog()
    assert not log.add(A2)
    assert log.add(A1)
    assert log.add(A1)
    assert log.add_all([B2, A2]) == [B2]
    assert (log.vector(), log.heads()) == ({A: 2}, (b"a2",))
    assert log.add_all([B2, B1]) == []
    assert (log.vector(), log.heads(), log.last(B)) == ({A: 2, B: 2}, (b"b2",), 2)


def test_since_gives_what_lies_above_a_vector() -> None:
    log = ChangeLog()
    log.add_all(ALL)
    assert [change.hash for change in log.since({})] == [b"a1", b"b1", b"a2", b"b2"]
    assert [change.hash for change in log.since({A: 1, B: 1})] == [b"a2", b"b2"]
    assert log.since({A: 9, B: 2, b"unknown": 4}) == []
    assert len(log.since({A: -5})) == 4


@given(st.lists(st.sampled_from(ALL)), st.randoms(use_true_random=False))
def test_every_order_gives_the_same_log(some: list[Linked], rng: random.Random) -> None:
    one, two, waiting = ChangeLog(), ChangeLog(), list[Linked]()
    rest = one.add_all(some)
    shuffled = list(some)
    rng.shuffle(shuffled)
    for item in shuffled:
        waiting = two.add_all([*waiting, item])
    assert (one.vector(), one.heads(), one.since({})) == (two.vector(), two.heads(), two.since({}))
    assert {item.change.hash for item in rest} == {item.change.hash for item in waiting}
