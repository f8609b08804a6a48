from __future__ import annotations

import pytest

from edge_orch.engine.calls.address import in_network, network_of


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


@pytest.mark.parametrize(
    ("address", "bits", "network"),
    [
        ("172.0.234.255", 20, "172.0.224.0"),
        ("110.4.1.7", 1, "0.0.0.0"),  # noqa: S104 - a network, nothing is bound
        ("10.4.1.7", 32, "10.4.1.7"),
        ("10.4.1.7", 33, None),
        ("10.4.1.7", -1, None),
        ("fd12:3456:789a::1", 32, "fd12:3456::"),
        ("fd12:3456:789a::1", 129, None),
        ("press-1", 24, None),
    ],
)
def test_the_network_of_an_address(address: str, bits: int, network: str | None) -> None:
    assert network_of(address, bits) == network
