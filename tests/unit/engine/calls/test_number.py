from __future__ import annotations

import pytest

from edge_orch.engine.calls.number import cosh, fixed, sinh, trunc_digits


def test_as_many_digits_as_are_asked_for() -> None:
    assert [fixed(21.5, 2), fixed(7, 2), fixed(-0.004, 2), fixed(2.5, 0)] == ["21.50", "7.00", "-0.00", "2"]
    assert fixed(21.5, -1) is fixed(21.5, 16) is None


@pytest.mark.parametrize(
    ("value", "digits", "cut"),
    [
        (2.3, 2, 2.3), (1.005, 3, 1.005), (2.349, 2, 2.34), (-2.349, 2, -2.34), (-4.35, 1, -4.3), (1e300, 2, 1e300),
        (2.5, 400, 2.5), (5.5, -1, 0.0), (1.797e308, -307, 1.7e308), (2.5, -400, 0.0), (1234, -2, 1200),
        (-1299, -2, -1200), (7, 2, 7), (2**63 - 1, -1, 2**63 - 8), (2**63 - 1, -30, 0),
    ],
)  # fmt: skip
def test_digits_are_cut_off_as_the_number_is_written(value: float, digits: int, cut: float) -> None:
    """DuckDB cuts the binary float: of 2.3 it leaves 2.29."""
    assert trunc_digits(value, digits) == cut
    assert type(trunc_digits(value, digits)) is type(cut)


def test_hyperbolic_functions_are_null_beyond_what_a_float_holds() -> None:
    assert [sinh(1000.0), sinh(-1000.0), cosh(-1000.0)] == [None, None, None]
