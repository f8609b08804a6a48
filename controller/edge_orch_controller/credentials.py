"""Tokens: made here, shown once, kept as digests; and what a role may do."""

from __future__ import annotations

import hashlib
import re
import secrets

import msgspec

from edge_orch.errors import Invalid, Problem, Refused
from edge_orch.time import parse_duration
from edge_orch.trust.keys import PublicKey
from edge_orch.wire.api import EnrollRequest, TokenRequest
from edge_orch_controller.core.records import Agent, Role, Token

_PREFIXES = {"join": "eo-join-", "user": "eo-user-"}  # a leaked token tells a scanner what it is
_RANKS: dict[Role, int] = {"viewer": 0, "operator": 1, "admin": 2}
MOST_LABELS = 4096
"""Bytes as JSON: an agent tells its labels in one fact, which must not grow too large."""
_NAME = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?")


def token_digest(text: str) -> str:
    """What is stored of a token. It is 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()  # a header may hold any bytes


def make_token(request: TokenRequest, by: str, now_us: int) -> tuple[str, Token]:
    """The token's text, to be shown once, and its record. Raises `Invalid`."""
    check_name(request.name, "a name")
    expires_at_us = now_us + parse_duration(request.expires_in) if request.expires_in else None
    if request.kind == "join" and expires_at_us is None:
        raise Invalid(Problem("a join token must expire", expected="expires_in, such as 1h"))
    if request.replace and request.kind != "join":
        raise Invalid(Problem("only an agent's key can be replaced", expected="kind: join"))
    text = _PREFIXES[request.kind] + secrets.token_urlsafe(32)
    role: Role = request.role if request.kind == "user" else "viewer"
    labels = request.labels if request.kind == "join" else {}
    if (size := len(msgspec.json.encode(labels))) > MOST_LABELS:
        raise Invalid(Problem("too many labels, or too long", expected=f"{MOST_LABELS} bytes", found=f"{size} bytes"))
    return text, Token(
        digest=token_digest(text),
        kind=request.kind,
        name=request.name,
        role=role,
        labels=labels,
        created_at_us=now_us,
        created_by=by,
        expires_at_us=expires_at_us,
        replace=request.replace,
    )


def check_name(name: str, what: str) -> None:
    """Names become topics, file names and keys of facts. Raises `Invalid`."""
    if not _NAME.fullmatch(name):
        raise Invalid(Problem(f"not usable as {what}", expected="1 to 63 letters, digits, . _ -", found=repr(name)))


def make_agent(request: EnrollRequest, now_us: int) -> Agent:
    """The agent that asks to be let in. Raises `Invalid` for a bad name or key."""
    check_name(request.agent, "an agent's name")
    return Agent(request.agent, PublicKey.from_hex(request.public_key).to_bytes(), {}, now_us)


class User(msgspec.Struct, frozen=True):
    """A person, as their token says."""

    name: str
    role: Role

    def need(self, role: Role) -> None:
        """Raises `Refused` if the person's role is below."""
        if _RANKS[self.role] < _RANKS[role]:
            raise Refused(Problem(f"this needs the role {role}", found=f"{self.name} has the role {self.role}"))
