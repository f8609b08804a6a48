from __future__ import annotations

import pytest

from edge_orch.jobtest.origin import takes


@pytest.mark.parametrize(
    ("wanted", "topic", "fits"),
    [
        ("plant/a", "plant/a", True),
        ("plant/a", "plant/b", False),
        ("plant/+/raw", "plant/a/raw", True),
        ("plant/+/raw", "plant/a/b/raw", False),
        ("plant/+", "plant", False),
        ("plant/#", "plant", True),
        ("plant/#", "plant/a/b", True),
        ("plant/#", "plants", False),
        ("#", "anything/at/all", True),
        ("plant/${label:site}/raw", "plant/austin/raw", True),
        ("plant/${label:site}/raw", "plant/austin/x", False),
        ("$share/group/plant/a", "plant/a", True),
        ("a.b", "axb", False),
    ],
)
def test_a_filter_takes_what_a_broker_would_send_for_it(wanted: str, topic: str, fits: bool) -> None:
    assert takes(wanted, topic) is fits
