from __future__ import annotations

import pytest
from edge_orch_agent.http_address import Address


@pytest.mark.parametrize(
    ("url", "authority", "target"),
    [
        ("http://press.local", "press.local", "/"),
        ("https://press.local:443/a/b?c=d#e", "press.local", "/a/b?c=d"),
        ("http://press.local:8080/Öl?a=ü b", "press.local:8080", "/%C3%96l?a=%C3%BC%20b"),
        ("http://[::1]:81/%2F?x=%20", "[::1]:81", "/%2F?x=%20"),
        ("wss://käse.example/v1/link", "xn--kse-qla.example", "/v1/link"),
    ],
)
def test_what_a_request_says_of_its_address(url: str, authority: str, target: str) -> None:
    address = Address.parse(url)
    assert (address.authority, address.target) == (authority, target)


@pytest.mark.parametrize(("url", "port"), [("http://x", 80), ("https://x", 443), ("ws://x", 80), ("wss://x:4", 4)])
def test_each_scheme_has_its_port(url: str, port: int) -> None:
    assert Address.parse(url).port == port
    assert Address.parse(url).tls is (url.partition(":")[0] in ("https", "wss"))


@pytest.mark.parametrize("url", ["", "x", "ftp://x", "http://", "http://:80", "http://x:y", "http://x:99999"])
def test_what_is_no_address_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- of any kind: some are urlsplit's
        Address.parse(url)
