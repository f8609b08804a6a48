from __future__ import annotations

import pytest

from edge_orch.engine.calls.address import in_network


@pytest.mark.parametrize(
    ("network", "address", "within"),
    [
        ("10.0.0.0/8", "10.255.0.1", True),
        ("10.0.0.0/8", "11.0.0.1", False),
        ("192.168.1.7", "192.168.1.7", True),
        ("5.86.208.0/21", "5.86.210.12", True),
        ("fd00::/8", "fd12:3456::1", True),
        ("10.0.0.0/8", "fd00::1", False),
        ("10.0.0.0/8", "10.0.0.256", None),
        ("10.0.0.0/8", "10.0.0.1 ", None),
        ("10.0.0.0/8", "press-1", None),
        ("10.0.0.0/8", "", None),
    ],
)
def test_an_address_lies_in_a_network_or_not(network: str, address: str, within: bool | None) -> None:
    assert in_network(network)(address) is within
