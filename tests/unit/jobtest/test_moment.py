from __future__ import annotations

import pytest

from edge_orch.errors import Invalid, Location
from edge_orch.jobtest.moment import Moment, Timestamp
from edge_orch.spec.nodes import Scalar
from edge_orch.time import SECOND

HERE = Location("x.test.yaml", 1, 1)


@pytest.mark.parametrize(
    ("text", "after"),
    [("12s", 112), ("1h30m", 5500), ("0s", 100), ("1970-01-01T00:00:07Z", 7), ("1970-01-01 00:01", 60)],
)
def test_a_moment_is_absolute_or_after_the_start(text: str, after: int) -> None:
    assert Moment.read(Scalar(text, HERE)).after(100 * SECOND) == after * SECOND


def test_a_timestamp_is_absolute() -> None:
    assert Timestamp.read(Scalar("1970-01-01T00:00:07Z", HERE)).value == 7 * SECOND


@pytest.mark.parametrize("text", ["soon", "12", "", "2026-13-01"])
@pytest.mark.parametrize("leaf", [Moment, Timestamp])
def test_anything_else_is_a_problem_at_its_place(leaf: type[Moment] | type[Timestamp], text: str) -> None:
    with pytest.raises(Invalid, match=r"x.test.yaml:1:1: not a time\n  expected: a time like"):
        leaf.read(Scalar(text, HERE))
