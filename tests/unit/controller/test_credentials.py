"""Tokens and names."""

from __future__ import annotations

import pytest
from edge_orch_controller.credentials import User, check_name, make_token, token_digest

from edge_orch.errors import Invalid, Refused
from edge_orch.time import HOUR
from edge_orch.wire.api import TokenRequest


def test_a_token_is_kept_as_its_digest() -> None:
    text, token = make_token(TokenRequest("join", "press-1", {"site": "ulm"}, expires_in="1h"), "ada", 5)
    assert token.digest == token_digest(text)
    assert text not in repr(token)
    assert (token.name, token.labels, token.expires_at_us) == ("press-1", {"site": "ulm"}, 5 + HOUR)
    assert not token.expired(4 + HOUR)
    assert token.expired(5 + HOUR)


def test_a_header_of_any_bytes_has_a_digest() -> None:
    assert token_digest(b"eo-user-\xfc".decode(errors="surrogateescape")) != token_digest("eo-user-ü")


def test_labels_are_for_agents_and_roles_for_people() -> None:
    _, join = make_token(TokenRequest("join", "press-1", role="admin"), "ada", 0)
    _, user = make_token(TokenRequest("user", "olga", {"site": "ulm"}, "operator", ""), "ada", 0)
    assert (join.role, user.labels, user.expires_at_us) == ("viewer", {}, None)


@pytest.mark.parametrize(
    "request_",
    [
        TokenRequest("join", "press-1", expires_in=""),
        TokenRequest("join", "press-1", {"site": "x" * 5_000}),
        TokenRequest("user", "a/b"),
        TokenRequest("user", ""),
        TokenRequest("user", "olga", expires_in="99999999999d"),
    ],
)
def test_what_makes_no_token(request_: TokenRequest) -> None:
    with pytest.raises(Invalid):
        make_token(request_, "ada", 0)


@pytest.mark.parametrize("name", ["", "a/b", "+", "#", "a b", "-a", "a" * 64, "ä", "a\n"])
def test_names_that_would_break_topics_files_or_keys(name: str) -> None:
    with pytest.raises(Invalid):
        check_name(name, "a name")


def test_roles_include_the_ones_below() -> None:
    User("ada", "admin").need("operator")
    with pytest.raises(Refused):
        User("olga", "operator").need("admin")
