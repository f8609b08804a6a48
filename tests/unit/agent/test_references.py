from __future__ import annotations

import pytest
from edge_orch_agent.references import Resolver

from edge_orch.errors import Unavailable

RESOLVER = Resolver({"KEY": "s3cret", "ODD": "${label:site}"}.get, {"site": "austin", "role": "press"})


def test_references_are_resolved_at_any_depth() -> None:
    options = {
        "url": "https://${label:site}.example/${label:role}",
        "headers": {"Authorization": "Bearer ${secret:KEY}"},
        "topics": ["a/${label:site}", "b"],
        "qos": 1,
        "flag": None,
    }
    assert RESOLVER.resolve(options) == {
        "url": "https://austin.example/press",
        "headers": {"Authorization": "Bearer s3cret"},
        "topics": ["a/austin", "b"],
        "qos": 1,
        "flag": None,
    }


def test_a_value_is_not_resolved_again() -> None:
    assert RESOLVER.resolve({"a": "${secret:ODD}"}) == {"a": "${label:site}"}


def test_all_that_is_missing_is_named_and_no_value_is_shown() -> None:
    with pytest.raises(Unavailable) as caught:
        RESOLVER.resolve({"a": "${secret:KEY}${secret:NONE}", "b": ["${label:line}"]})
    assert [problem.what for problem in caught.value.problems] == [
        "secret NONE is not on this device",
        "this device has no label line",
    ]
    assert "s3cret" not in str(caught.value)
