from __future__ import annotations

from edge_orch.engine.calls.number import fixed


def test_as_many_digits_as_are_asked_for() -> None:
    assert [fixed(21.5, 2), fixed(7, 2), fixed(-0.004, 2), fixed(2.5, 0)] == ["21.50", "7.00", "-0.00", "2"]
    assert fixed(21.5, -1) is fixed(21.5, 16) is None
