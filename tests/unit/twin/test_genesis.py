"""The genesis change is the same bytes everywhere."""

from __future__ import annotations

from automerge.core import ROOT, Document, ObjType

from edge_orch.twin.facts import Section
from edge_orch.twin.gate import read_header
from edge_orch.twin.genesis import GENESIS, GENESIS_ACTOR, GENESIS_HASH, GENESIS_LAMPORT, SECTIONS


def test_made_anew_it_is_the_same_bytes() -> None:
    document = Document(GENESIS_ACTOR)
    with document.transaction() as transaction:
        for section in SECTIONS.values():
            transaction.put_object(ROOT, section, ObjType.Map)
    (change,) = document.get_changes([])
    assert bytes(change.raw_bytes) == GENESIS
    assert (bytes(change.hash), change.max_op) == (GENESIS_HASH, GENESIS_LAMPORT)


def test_it_makes_every_section_and_is_the_first_change() -> None:
    assert list(SECTIONS.values()) == list(Section)
    header = read_header(GENESIS)
    assert (header.actor, header.seq, header.hash, header.start_op, header.deps) == (
        GENESIS_ACTOR,
        1,
        GENESIS_HASH,
        1,
        (),
    )
