"""The account of a step."""

from __future__ import annotations

import pytest

from edge_orch.engine.account import Account
from edge_orch.engine.records import StepCount

FATES = StepCount.__struct_fields__


@pytest.mark.parametrize("fate", FATES)
def test_what_was_added_is_taken_once(fate: str) -> None:
    account = Account()
    setattr(account, fate, 3)

    assert account.take() == StepCount(**{fate: 3})
    assert account.take() == StepCount()


@pytest.mark.parametrize(
    "count",
    [
        StepCount(3, 2, filtered=1),
        StepCount(3, folded=3),
        StepCount(3, 2, dead=1),
        StepCount(2, filtered=2, late=2),
        StepCount(2, 2, evicted=1),
    ],
)
def test_calls_add_up(count: StepCount) -> None:
    account = Account()
    for each in (StepCount(2, 2), count, StepCount(1, 1)):
        account.add(each)

    assert account.take() == StepCount(3, 3) + count
