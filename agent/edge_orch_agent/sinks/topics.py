"""The topic that a record is published to."""

from __future__ import annotations

import re

import msgspec

MOST = 256
"""So many characters of a value stand in a topic: brokers take 65,535 bytes in all."""

_FIELD = re.compile(r"\{(\w+)\}")
_NOT_IN_A_TOPIC = re.compile(r"[+#\0-\x1f\x7f]")
_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class TopicTemplate:
    """A topic in which `{field}` stands for what the record has there.

    A value makes no wildcard of it: `+`, `#` and control characters become `_`. So does what is NULL, empty or not
    there, and a `$` that would come to stand first, where brokers keep topics of their own.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts = _FIELD.split(text)  # texts, and between them names of fields

    def topic(self, record: bytes) -> str:
        """The topic of a record in JSON."""
        if len(self._parts) == 1:
            return self._text
        members = _members(record)
        topic = "".join(_shown(members.get(part)) if place % 2 else part for place, part in enumerate(self._parts))
        return "_" + topic[1:] if topic.startswith("$") and not self._text.startswith("$") else topic


def _shown(raw: msgspec.Raw | None) -> str:
    text = "" if raw is None else bytes(raw).decode()
    if text.startswith('"'):
        text = msgspec.json.decode(text, type=str)
    elif text == "null":
        text = ""
    return _NOT_IN_A_TOPIC.sub("_", text)[:MOST] or "_"
