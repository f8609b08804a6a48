"""The gate: what replicas write passes and is read rightly; everything else is refused, whatever the bytes."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_orch.errors import Refused
from edge_orch.twin.encoding import encode_fact
from edge_orch.twin.facts import Ack, Fact, JobState, Reported
from edge_orch.twin.gate import MAX_CHANGE, inspect, read_header
from edge_orch.twin.genesis import GENESIS
from edge_orch.twin.replica import Replica
from edge_orch.twin.rights import REPLACEABLE
from tests.unit.twin.examples import AGENT, NOON, ack, allow, device, replica, reported, write


def sealed(change: bytes) -> bytes:
    """The bytes with the checksum that belongs to them: damage that only the gate can see."""
    return change[:4] + hashlib.sha256(change[8:]).digest()[:4] + change[8:]


def sample() -> bytes:
    twin = replica()
    write(twin, [device(), reported(1)])
    return write(twin, [device("b2"), reported(2), ack(1), ack(2, note="ünï"), reported(1, "other")])[0]


SAMPLE = sample()
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=20)
FACTS = st.one_of(
    st.builds(Ack, WORDS, st.just("agent"), st.integers(0, 5), st.text(max_size=300), st.just(NOON), st.text()),
    st.builds(Reported, WORDS, st.integers(1, 9), st.text(), st.integers(), st.sampled_from(JobState)),
)


@settings(max_examples=50)
@given(st.lists(st.lists(FACTS, max_size=8), max_size=4))
def test_it_reads_exactly_what_replicas_write(edits: list[list[Fact]]) -> None:
    twin = replica()
    texts: dict[object, str] = {}
    seq = 0
    for edit in edits:
        encoded = {(section, key): (text, fact) for fact in edit for section, key, text in [encode_fact(fact)]}
        fresh = {at: item for at, item in encoded.items() if at not in texts or at[0] in REPLACEABLE}
        for change in twin.edit(fact for _, fact in fresh.values()):
            seq += 1
            inspected = inspect(change.raw)
            assert inspected.change == change
            assert (change.actor, change.seq) == (twin.actor, seq)
            for item in inspected.writes:
                at = item.section, item.key
                assert item.text == fresh[at][0] != texts.get(at)
                assert item.replaces == (at in texts)
                texts[at] = item.text
        assert all(texts[at] == item[0] for at, item in fresh.items())


def test_the_header_is_that_of_the_change() -> None:
    header, inspected = read_header(SAMPLE), inspect(SAMPLE)
    change = inspected.change
    assert (header.actor, header.seq, header.hash) == (change.actor, change.seq, change.hash)
    assert (header.start_op, header.deps) == (inspected.start_op, inspected.deps)
    assert change.lamport == header.start_op + len(inspected.writes) - 1


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    for candidate in (data, sealed(b"\x85\x6f\x4a\x83" + bytes(4) + data)):
        with pytest.raises(Refused):
            inspect(candidate)


def test_a_shortened_change_is_refused() -> None:
    for size in range(len(SAMPLE)):
        for candidate in (SAMPLE[:size], sealed(SAMPLE[:size])):
            with pytest.raises(Refused):
                inspect(candidate)


def test_too_large_not_a_change_and_the_genesis_are_refused() -> None:
    document_chunk = sealed(SAMPLE[:8] + b"\0" + SAMPLE[9:])
    for candidate in (SAMPLE + bytes(MAX_CHANGE), b"", document_chunk, GENESIS, SAMPLE + b"x"):
        with pytest.raises(Refused):
            inspect(candidate)


def test_a_claim_of_ten_million_operations_is_refused_at_once() -> None:
    ten_million = b"\x80\xad\xe2\x04\x01"
    at = SAMPLE.index(b"\x42", 60)
    for place in range(at, len(SAMPLE)):
        with pytest.raises(Refused):
            inspect(sealed(SAMPLE[:place] + ten_million + SAMPLE[place + 5 :]))


def test_a_counter_is_refused() -> None:
    """The binding panics when it writes or reads one, so it is made by hand: 6 is text, 8 a counter."""
    change = write(replica(), [ack(1)])[0]
    text = encode_fact(ack(1))[2].encode()
    size = len(text) << 4
    metadata = bytes([size & 0x7F | 0x80 | 6, size >> 7])
    at = change.index(b"\x7f" + metadata) + 1
    with pytest.raises(Refused, match="not text"):
        inspect(sealed(change[:at] + bytes([metadata[0] ^ 6 ^ 8]) + change[at + 1 :]))


@settings(max_examples=300)
@given(
    edits=st.lists(st.tuples(st.integers(8, len(SAMPLE) - 1), st.integers(0, 255)), min_size=1, max_size=4),
    insert=st.binary(max_size=3),
)
def test_mutated_bytes_never_escape_as_anything_but_refused(edits: list[tuple[int, int]], insert: bytes) -> None:
    """What passes the gate nevertheless is read alike by Python and by Rust, or refused by the replica."""
    bad = bytearray(SAMPLE)
    for at, byte in edits:
        bad[at] = byte
    at = edits[0][0]
    candidate = sealed(bytes(bad[:at]) + insert + bytes(bad[at:]))
    twin = fresh_peer()
    before = twin.facts()
    try:
        inspected = inspect(candidate)
        changes = twin.apply([candidate], allow)
    except Refused:
        assert twin.facts() == before
        return
    for item in inspected.writes if changes else ():
        assert twin.text(item.section, item.key) == item.text


def test_a_twin_outlives_every_panic_inside_automerge() -> None:
    """Some of what passes the gate (a replaced value that was never there) panics in Rust; on a fork only."""
    twin, panics = fresh_peer(), 0
    for at in range(8, len(SAMPLE)):
        before = twin.facts()
        try:
            changes = twin.apply([sealed(SAMPLE[:at] + b"\x64" + SAMPLE[at + 1 :])], allow)
        except Refused as error:
            panics += "PanicException" in str(error)
            assert twin.facts() == before
            continue
        if changes:  # harmless damage inside a text: it was merged, so begin anew
            twin = fresh_peer()
    assert panics > 0
    assert len(twin.apply([SAMPLE], allow)) == 1


def fresh_peer() -> Replica:
    """A controller's replica that has what the sample builds upon."""
    twin, agent = replica("controller"), replica()
    write(agent, [device(), reported(1)])
    twin.apply([change.raw for change in agent.changes_since({})], allow)
    assert twin.doc == AGENT
    return twin
