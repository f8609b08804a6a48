"""A controller knows its own facts again, and nobody can write in its hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.errors import Refused
from edge_orch.trust.keys import PrivateKey
from edge_orch.twin.encoding import decode_fact, encode_fact
from edge_orch.twin.facts import Section
from edge_orch.twin.hand import PURPOSE, Hand, unsigned
from edge_orch.twin.replica import Replica, new_actor
from edge_orch.twin.rights import agent_may_write
from tests.unit.twin.examples import AGENT, ack, allow, desired, override, write

HAND = Hand(b"secret")
TEXT = st.dictionaries(st.text(min_size=1), st.text(), min_size=1).map(lambda d: str(d).replace("'", '"'))


def strict(actor: bytes, section: Section, key: str) -> bool:
    return agent_may_write(actor, AGENT, section, key)


def controller(nonce: int, hand: Hand | None = HAND) -> Replica:
    return Replica(AGENT, new_actor("controller", "hq", nonce.to_bytes(8, "big")), hand)


def test_a_restored_controller_takes_back_what_it_forgot() -> None:
    before, agent = controller(1), Replica(AGENT, new_actor("agent", AGENT, bytes(8)))
    agent.persisted(agent.apply(write(before, [desired(1), override("c-1"), ack(1, "controller")]), allow))
    after = controller(2)
    assert len(after.apply([change.raw for change in agent.changes_since({})], strict)) == 1
    assert after.facts() == before.facts()


@pytest.mark.parametrize("other", [None, Hand(b"another")])
def test_what_another_hand_wrote_is_refused(other: Hand | None) -> None:
    with pytest.raises(Refused, match="may not write desired"):
        controller(2).apply(write(controller(1, other), [desired(1)]), strict)


def test_its_own_words_elsewhere_are_not_recognised() -> None:
    section, key, text = encode_fact(override("c-1"))
    signed = HAND.signed(AGENT, section, key, text)
    assert HAND.recognises(AGENT, section, key, signed)
    for place in [("pi-2", section, key), (AGENT, Section.SILENCES, key), (AGENT, section, "c-2")]:
        assert not HAND.recognises(*place, signed)
    assert not HAND.recognises(AGENT, section, key, signed.replace("90.0", "91.0"))
    assert not HAND.recognises(AGENT, section, key, text)


@given(TEXT, st.text(max_size=5), st.sampled_from(Section))
def test_the_code_is_all_that_is_added(text: str, key: str, section: Section) -> None:
    signed = HAND.signed(AGENT, section, key, text)
    assert unsigned(signed) == text == unsigned(text)
    assert HAND.recognises(AGENT, section, key, signed)


@given(st.text())
def test_any_text_is_looked_at_without_an_exception(text: str) -> None:
    assert not HAND.recognises(AGENT, Section.ACKS, "k", text)


def test_a_signed_fact_reads_as_the_fact_and_writing_it_again_writes_nothing() -> None:
    section, key, text = encode_fact(desired(1))
    assert decode_fact(section, key, HAND.signed(AGENT, section, key, text)) == desired(1)
    twin = controller(1)
    write(twin, [desired(1)])
    assert twin.edit([desired(1)]) == []
    upgraded = controller(1, None)
    write(upgraded, [desired(1)])
    upgraded._hand = HAND
    assert upgraded.edit([desired(1)]) == [], "nor in what was written before facts were signed"


def test_keys_for_other_uses_are_derived() -> None:
    key = PrivateKey(b"k" * 32)
    assert key.derive(PURPOSE) == PrivateKey(b"k" * 32).derive(PURPOSE)
    assert len({key.derive(PURPOSE), key.derive("other"), PrivateKey(b"j" * 32).derive(PURPOSE), b"k" * 32}) == 4
