"""The key of an episode in a test, as its author writes it."""

from __future__ import annotations

import pytest

from edge_orch.errors import Invalid
from edge_orch.jobtest.episode_key import KeyValue
from edge_orch.spec.document import parse_document


@pytest.mark.parametrize(
    ("written", "text"),
    [("P1", "P1"), ("2", "2"), ("'2'", "2"), ("0x10", "16"), ("-7", "-7"), ("2.50", "2.50"), ("TRUE", "true"),
     ("'TRUE'", "TRUE"), ("~", ""), ("''", ""), ("on", "on")],
)  # fmt: skip
def test_it_is_the_text_that_episodes_have(written: str, text: str) -> None:
    assert KeyValue.read(parse_document(written, "t.test.yaml")).value == text


def test_a_list_is_none() -> None:
    with pytest.raises(Invalid, match="wrong type"):
        KeyValue.read(parse_document("[1]", "t.test.yaml"))
