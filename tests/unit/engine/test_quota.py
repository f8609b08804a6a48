from __future__ import annotations

import msgspec
import pytest

from edge_orch.engine.quota import Quota
from tests.unit.engine.plans import room


def test_the_first_of_each_key_and_window_pass() -> None:
    quota = Quota(2, 10, room())
    assert [quota.take(("a",), time) for time in (0, 9, 5, 10, -1)] == [True, True, False, True, True]
    assert quota.take((None,), 5)


def test_windows_are_forgotten_one_window_after_their_end() -> None:
    quota = Quota(1, 10, room())
    quota.take((), 5)
    quota.advance(19)
    assert not quota.take((), 6)
    quota.advance(20)
    assert len(quota) == 0


def test_it_goes_on_from_a_snapshot() -> None:
    quota = Quota(2, 10, room())
    quota.take(("a", 1.5, None), 5)
    again = Quota(2, 10, room())
    again.restore(quota.snapshot())
    assert again.take(("a", 1.5, None), 6)
    assert not again.take(("a", 1.5, None), 7)


def test_other_bytes_are_refused_and_change_nothing() -> None:
    quota = Quota(1, 10, room())
    quota.take((), 5)
    with pytest.raises(msgspec.DecodeError):
        quota.restore(b"\xa1x")
    assert not quota.take((), 5)
