"""Facts as text and back."""

from __future__ import annotations

import pytest

from edge_orch.errors import Invalid
from edge_orch.twin.encoding import decode_fact, encode_fact
from edge_orch.twin.facts import Fact, Section
from tests.unit.twin.examples import ack, desired, device, episode, override, reported


@pytest.mark.parametrize(
    "fact", [device(), reported(1), desired(1), episode(), ack(1), override("a-1", 90.0), override("c-1", None)]
)
def test_a_fact_comes_back_as_it_was(fact: Fact) -> None:
    section, key, text = encode_fact(fact)
    assert decode_fact(section, key, text) == fact
    assert encode_fact(fact) == (section, key, text)


def test_a_fact_under_another_key_or_origin_means_nothing() -> None:
    section, _, text = encode_fact(ack(1))
    assert decode_fact(section, "press/hot/1/agent/2", text) is None
    section, key, text = encode_fact(override("a-1"))
    assert decode_fact(section, key, text.replace('"agent"', '"controller"')) is None


@pytest.mark.parametrize("text", ["", "{}", "[" * 5_000, '"x"', "\x00"])
def test_text_that_is_no_fact_means_nothing(text: str) -> None:
    for section in Section:
        assert decode_fact(section, "key", text) is None


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_no_number_is_invalid(value: float) -> None:
    """JSON would make it null, and null revokes."""
    with pytest.raises(Invalid, match="not a finite number"):
        encode_fact(override("a-1", value))


def test_a_key_that_is_too_long_is_invalid() -> None:
    with pytest.raises(Invalid, match="too large"):
        encode_fact(reported(1, "x" * 600))
