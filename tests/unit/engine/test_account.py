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
