"""Functions of addresses."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address, ip_network


def in_network(network: str) -> Callable[[str], bool | None]:
    """A function that says of a text whether that address lies in the network; NULL if it is no address.

    An IPv4 address lies in no network of IPv6.
    """
    contained = ip_network(network)

    @lru_cache(maxsize=1024)  # the same few addresses come again and again
    def within(text: str) -> bool | None:
        try:
            return ip_address(text) in contained
        except ValueError:
            return None

    return within


@lru_cache(maxsize=1024)
def network_of(text: str, bits: int) -> str | None:
    """The address with no more than its first bits, the others 0; None if it is none, or has not so many."""
    try:
        return str(ip_network((ip_address(text).packed, bits), strict=False).network_address)
    except ValueError:
        return None
