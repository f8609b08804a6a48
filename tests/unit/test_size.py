from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge_orch.size import UNITS, format_size, parse_size


@given(st.integers(0, 999), st.sampled_from(sorted(UNITS.values())))
def test_a_size_is_written_so_that_it_can_be_read(count: int, scale: int) -> None:
    assert parse_size(format_size(count * scale)) == count * scale


def test_a_size_is_written_as_short_as_it_can_be() -> None:
    sizes = {"1B": 1, "1500B": 1500, "1KB": 1000, "1KiB": 1024, "512MiB": 512 << 20, "1GB": 10**9}
    assert {format_size(size): size for size in sizes.values()} == sizes
