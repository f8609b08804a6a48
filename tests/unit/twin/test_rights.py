"""Who may write which key; everything not named is forbidden."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.errors import Invalid
from edge_orch.twin.actor import actor_prefix, new_actor, writer_of
from edge_orch.twin.facts import Section
from edge_orch.twin.rights import agent_may_write, may_write, override_id

AGENT = new_actor("agent", "pi-1", b"12345678")
OTHER = new_actor("agent", "pi-2", b"12345678")
CONTROLLER = new_actor("controller", "hq", b"12345678")

CASES = [
    (Section.DEVICE, "self", "a"),
    (Section.DEVICE, "other", ""),
    (Section.REPORTED, "press", "a"),
    (Section.REPORTED, "", ""),
    (Section.DESIRED, "press/1", "c"),
    (Section.DESIRED, "press", ""),
    (Section.DESIRED, "press/x", ""),
    (Section.OVERRIDES, "a-1", "a"),
    (Section.OVERRIDES, "c-1", "c"),
    (Section.OVERRIDES, "x-1", ""),
    (Section.OVERRIDES, "a-", ""),
    (Section.EPISODES, "press/hot/1/opened", "a"),
    (Section.EPISODES, "press/hot/two\nlines/1/opened", "a"),
    (Section.EPISODES, "opened", ""),
    (Section.ACKS, "press/hot/1/agent/1", "a"),
    (Section.ACKS, "press/hot/1/controller/1", "c"),
    (Section.ACKS, "press/hot/1/agent/x", ""),
    (Section.ACKS, "agent/1", ""),
    (Section.SILENCES, "a-1", "a"),
    (Section.SILENCES, "c-1", "c"),
    (Section.SILENCES, "1", ""),
    (Section.LATER, "mood/agent/1", "a"),
    (Section.LATER, "mood/controller/1", "c"),
    (Section.LATER, "mood/1", ""),
]


@pytest.mark.parametrize(("section", "key", "who"), CASES)
def test_each_key_has_one_kind_of_writer(section: Section, key: str, who: str) -> None:
    assert may_write(AGENT, "pi-1", section, key) == (who == "a")
    assert may_write(CONTROLLER, "pi-1", section, key) == (who == "c")
    assert agent_may_write(AGENT, "pi-1", section, key) == (who == "a")
    for nobody in (OTHER, bytes(16), b"", AGENT[:8], CONTROLLER + b"x"):
        assert not may_write(nobody, "pi-1", section, key)
    assert not agent_may_write(CONTROLLER, "pi-1", section, key)


def test_an_actor_names_its_writer() -> None:
    assert writer_of(AGENT, "pi-1") == "agent"
    assert writer_of(AGENT, "pi-2") is None
    assert writer_of(CONTROLLER, "pi-1") == writer_of(CONTROLLER, "pi-2") == "controller"
    assert actor_prefix("agent", "pi-1") + b"12345678" == AGENT
    assert actor_prefix("agent", "x")[1:] == actor_prefix("controller", "x")[1:]
    with pytest.raises(Invalid, match="boot nonce"):
        new_actor("agent", "pi-1", b"short")


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1), st.integers(0))
def test_an_override_id_can_be_written_by_its_origin_only(unique: str, number: int) -> None:
    for one in (unique, number):
        assert may_write(AGENT, "pi-1", Section.OVERRIDES, override_id("agent", one))
        assert not may_write(AGENT, "pi-1", Section.OVERRIDES, override_id("controller", one))


@pytest.mark.parametrize("unique", ["", "a/b", "ü", "a b"])
def test_an_override_id_holds_safe_characters_only(unique: str) -> None:
    with pytest.raises(Invalid, match="override's id"):
        override_id("agent", unique)
