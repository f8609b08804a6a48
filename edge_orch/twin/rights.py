"""Who may write which key. One writer a key, so that replicas cannot conflict.

Keys name their writer where a section has two: overrides and silences are `a-…` (made at the machine) or `c-…` (made
centrally), acknowledgements `<episode>/<origin>/<n>`, and kinds of a later release `<kind>/<origin>/<unique>`.
"""

from __future__ import annotations

import re

from edge_orch.errors import Invalid, Problem
from edge_orch.twin.actor import Writer, writer_of
from edge_orch.twin.facts import Section

REPLACEABLE = frozenset({Section.DEVICE, Section.REPORTED})
"""Sections whose facts their one writer replaces; everywhere else a key is written once."""

TOLD_APART = frozenset({Section.EPISODES})
"""Sections in which two boots of their one writer may each have told one event, as a device does that was restored
from a backup. Both stay in the document, and the one that Automerge picks, the same everywhere, counts."""

_NAME = r"[^/]+"
_KEYS: dict[Writer, dict[Section, re.Pattern[str]]] = {
    "agent": {
        Section.DEVICE: re.compile("self"),
        Section.REPORTED: re.compile(_NAME),
        Section.EPISODES: re.compile(f".+/{_NAME}", re.DOTALL),
        Section.OVERRIDES: re.compile("a-" + _NAME),
        Section.ACKS: re.compile(".+/agent/[0-9]+", re.DOTALL),
        Section.SILENCES: re.compile("a-" + _NAME),
        Section.LATER: re.compile(f"{_NAME}/agent/{_NAME}"),
    },
    "controller": {
        Section.DESIRED: re.compile(_NAME + "/[0-9]+"),
        Section.OVERRIDES: re.compile("c-" + _NAME),
        Section.ACKS: re.compile(".+/controller/[0-9]+", re.DOTALL),
        Section.SILENCES: re.compile("c-" + _NAME),
        Section.LATER: re.compile(f"{_NAME}/controller/{_NAME}"),
    },
}
_UNIQUE = re.compile(r"[A-Za-z0-9._-]+")


def belongs_to(writer: Writer, section: Section, key: str) -> bool:
    """Whether keys like this are that writer's to write."""
    pattern = _KEYS[writer].get(section)
    return pattern is not None and pattern.fullmatch(key) is not None


def may_write(actor: bytes, agent: str, section: Section, key: str) -> bool:
    """Whether this actor may write this key in the twin of `agent`. Everything not named is forbidden."""
    writer = writer_of(actor, agent)
    return writer is not None and belongs_to(writer, section, key)


def agent_may_write(actor: bytes, agent: str, section: Section, key: str) -> bool:
    """What a controller accepts from an agent: the agent's own facts only.

    Stricter than `may_write`, which also lets a peer hand back a controller's facts: an agent could invent those,
    because changes are not signed one by one.
    """
    return writer_of(actor, agent) == "agent" and may_write(actor, agent, section, key)


def override_id(origin: Writer, unique: str | int) -> str:
    """The id of a new override or silence: `a-<unique>` or `c-<unique>`.

    `unique` must never come back from this origin, not even after a restore from a backup: a counter alone does not
    do, a boot nonce in hex with a counter (`"9f3c…-1"`) does. Raises `Invalid` unless it is letters, digits, `.`,
    `_` and `-`.
    """
    if not _UNIQUE.fullmatch(str(unique)):
        raise Invalid(Problem("not usable in an override's id", expected="letters, digits, . _ -", found=repr(unique)))
    return f"{origin[0]}-{unique}"
