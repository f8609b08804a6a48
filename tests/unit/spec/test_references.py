from __future__ import annotations

import pytest

from edge_orch.errors import Invalid, Location
from edge_orch.spec.leaves import Leaf
from edge_orch.spec.nodes import Mapping, Scalar
from edge_orch.spec.references import BrokerUrl, Headers, Secret, Template, Url

HERE = Location("job.yaml", 1, 1)


def scalar(text: str) -> Scalar:
    return Scalar(text, HERE, plain=False)


@pytest.mark.parametrize(
    ("leaf", "text"),
    [
        (Template, "factory/${label:site}/raw"), (Template, "costs $5"), (Secret, "${secret:PD_KEY}"),
        (Url, "https://example.com/a?b=c"), (Url, "http://127.0.0.1:5000"), (Url, "${label:sink_url}"),
        (Url, "https://${label:site}.example.com/x"), (Url, "https://me:${secret:PW}@example.com"),
        (Url, "https://example.com/${secret:HOOK}"),
        (Url, "https://example.com?token=${secret:T}&x=1"), (Url, "http://[::1]:80/x"), (BrokerUrl, "mqtt://10.0.0.1:1883"),
    ],
)  # fmt: skip
def test_references_are_kept_as_they_are(leaf: type[Leaf], text: str) -> None:
    assert leaf.read(scalar(text)).value == text


@pytest.mark.parametrize(
    ("leaf", "text"),
    [
        (Template, "${secrets:X}"), (Template, "${X}"), (Template, "a${secret:X"), (Template, "${secret:}"),
        (Secret, "abc"), (Secret, "x${secret:A}"), (Secret, "${label:A}"), (Url, "example.com"), (Url, "ftp://a"),
        (Url, "http://"), (Url, "http://[::1"), (Url, "http://a:b"), (Url, "https://me:pw@example.com"),
        (Url, "https://example.com?token=abc"), (Url, "http://a:99999"),
        (BrokerUrl, "http://a"),
    ],
)  # fmt: skip
def test_what_is_no_reference_or_a_literal_secret_is_refused(leaf: type[Leaf], text: str) -> None:
    with pytest.raises(Invalid):
        leaf.read(scalar(text))


def test_an_error_about_a_secret_does_not_repeat_it() -> None:
    for leaf, text in ((Secret, "hunter2"), (Url, "https://me:hunter2@example.com")):
        with pytest.raises(Invalid) as error:
            leaf.read(scalar(text))
        assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("name", ["Authorization", "X-Api-Key", "apikey", "Cookie", "X-Auth-Token"])
def test_a_header_that_authenticates_takes_a_secret(name: str) -> None:
    def headers(value: str) -> Mapping:
        return Mapping(((scalar(name), scalar(value)),), HERE)

    assert [value.value for value in Headers.read(headers("Bearer ${secret:T}")).values()] == ["Bearer ${secret:T}"]
    with pytest.raises(Invalid) as error:
        Headers.read(headers("Bearer hunter2"))
    assert "hunter2" not in str(error.value)


def test_other_headers_are_free() -> None:
    assert Headers.read(Mapping(((scalar("X-Stream"), scalar("raw")),), HERE))
