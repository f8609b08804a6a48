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
