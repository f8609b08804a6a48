"""Messages across releases: what was said is still understood, and what is not known yet does no harm."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.errors import Invalid
from edge_orch.trust.keys import PublicKey
from edge_orch.trust.seal import open_sealed
from edge_orch.twin.commands import Ignored, Persist, Transmit
from edge_orch.twin.epoch import read_root
from edge_orch.twin.facts import Section
from edge_orch.twin.replica import Replica, new_actor
from edge_orch.twin.sync import SyncSession
from edge_orch.wire.messages import (
    SPOKEN,
    Delta,
    Have,
    Message,
    Roll,
    Unknown,
    Unsupported,
    common_protocol,
    decode_message,
    encode_message,
)
from tests.unit.twin.examples import AGENT, allow
from tests.unit.wire.spoken import GOLDEN, RELEASE, Recorded, place_of, spoken

RECORDED = sorted(GOLDEN.glob("*.json"))


def recorded(path: Path) -> Recorded:
    return msgspec.json.decode(path.read_bytes(), type=Recorded)


def listener() -> Replica:
    return Replica.open(AGENT, new_actor("controller", "listener", b"listener"), [])


def test_this_release_says_what_it_has_recorded() -> None:
    assert recorded(GOLDEN / f"{RELEASE}.json") == spoken(), "python -m tests.unit.wire.spoken, for a new release only"
    assert set(spoken().messages) == {kind.__struct_config__.tag for kind in get_args(Message)}


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_what_any_release_has_said_is_understood(path: Path) -> None:
    said = recorded(path)
    messages = {kind: decode_message(bytes.fromhex(data)) for kind, data in said.messages.items()}
    assert not any(isinstance(message, Unknown) for message in messages.values())
    delta, have, roll = messages["delta"], messages["have"], messages["roll"]
    assert isinstance(delta, Delta)
    twin = listener()
    session = SyncSession(twin, doc=AGENT, boot=b"b", allow=allow)
    (persist,) = session.receive(delta)
    assert isinstance(persist, Persist)
    assert {place: twin.text(*place) for place in map(place_of, said.texts)} == {
        place_of(name): text for name, text in said.texts.items()
    }
    assert twin.unreadable() == ()
    assert isinstance(have, Have)
    assert session.persisted(persist.changes)
    (answer,) = session.receive(have)
    assert isinstance(answer, Transmit)
    assert isinstance(answer.message, Delta), "its sender had not said all when it said what it had"
    assert isinstance(roll, Roll)
    root = read_root(roll.epoch, roll.changes, lambda *_: True)
    assert sum(len(item.writes) for item in root) == len(said.texts)
    key = PublicKey.from_hex(said.public_key)
    assert open_sealed(bytes.fromhex(said.sealed), {AGENT: key}.get).body == bytes.fromhex(said.messages["have"])


@pytest.mark.parametrize("kind", ["hello", "have", "delta", "roll", "telemetry", "challenge"])
def test_fields_of_a_later_release_are_passed_over(kind: str) -> None:
    data = bytes.fromhex(spoken().messages[kind])
    parts: list[Any] = msgspec.msgpack.decode(data)
    later = msgspec.msgpack.encode([*parts, {"more": 1}, b"and more"])
    assert decode_message(later) == decode_message(data)


def test_a_message_of_the_first_days_lacks_the_fields_that_were_added() -> None:
    data = msgspec.msgpack.encode(["have", AGENT, 0, {}, [], b"boot"])
    assert decode_message(data) == Have(AGENT, 0, {}, (), b"boot", SPOKEN)


def test_a_message_of_a_later_kind_is_told_from_noise() -> None:
    assert decode_message(msgspec.msgpack.encode(["song", 1, {"a": b"b"}])) == Unknown("song")
    for noise in ([], [1], ["x" * 41], ["have", 1], {"song": 1}, "song", [["song"]]):
        with pytest.raises(Invalid, match="not a message"):
            decode_message(msgspec.msgpack.encode(noise))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_refused(data: bytes) -> None:
    try:
        decode_message(data)
    except Invalid:
        return
    assert msgspec.msgpack.decode(data)


def test_a_fact_of_a_later_kind_or_with_later_fields_is_kept_and_passed_on() -> None:
    later = Replica(AGENT, new_actor("agent", AGENT, b"tomorrow"))
    texts = {
        (Section.LATER, "mood/agent/1"): '{"mood":"fine"}',
        (
            Section.ACKS,
            "e/agent/1",
        ): '{"episode":"e","origin":"agent","n":1,"by":"ann","at":[1,2,"b","synced"],"how":"app"}',
        (Section.ACKS, "e/agent/2"): '{"another":"shape"}',
    }
    later.persisted(later.carry(texts))
    twin = listener()
    session = SyncSession(twin, doc=AGENT, boot=b"b", allow=allow)
    raws = tuple(change.raw for change in later.changes_since({}))
    (persist,) = session.receive(Delta(AGENT, 0, raws, later.vector(), b"", {}))
    assert isinstance(persist, Persist)
    session.persisted(persist.changes)
    assert twin.texts() == texts
    assert twin.facts().acks["e/agent/1"].by == "ann"
    assert twin.unreadable() == ((Section.ACKS, "e/agent/2"),)
    assert [change.raw for change in twin.changes_since({})] == list(raws), "word for word"


@pytest.mark.parametrize(("theirs", "common"), [((1, 1), 1), ((0, 1), 1), ((1, 9), 1), ((2, 9), None), ((0, 0), None)])
def test_two_releases_speak_the_highest_version_that_both_know(theirs: tuple[int, int], common: int | None) -> None:
    assert SPOKEN == (1, 1)
    assert common_protocol(theirs) == common


def test_13_a_peer_that_speaks_no_version_of_ours_is_left_alone_and_reported() -> None:
    session = SyncSession(listener(), doc=AGENT, boot=b"b", allow=allow)
    (ignored,) = session.receive(Have(AGENT, 0, {b"x" * 16: 1}, (), b"", (7, 9)))
    assert ignored == Ignored("the peer speaks protocols 7 to 9, and we 1 to 1")
    (answer,) = session.receive(Have(AGENT, 0, {b"x" * 16: 1}, (), b"", (1, 9)))
    assert isinstance(answer, Transmit)


def test_unsupported_is_a_message_like_others() -> None:
    assert decode_message(encode_message(Unsupported("song"))) == Unsupported("song", SPOKEN)
