"""A controller's own hand: a code on each fact it writes, by which it knows the fact again after it has forgotten it.

A controller accepts from an agent what the agent may write itself, and what bears its own code: HMAC-SHA256, cut to 128
bits, over twin, section, key and text, under a key derived from the controller's own. So a controller that was restored
from an old backup takes back what it had decided, and an agent can still invent nothing in its name. Agents need not
know the key: they trust the seal on the message.

The code is the last field of the fact's text, `"mac"`, which every release passes over when it reads the fact.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from edge_orch.trust.pae import pae
from edge_orch.twin.facts import Section

PURPOSE = "edge-orch fact"
"""For `PrivateKey.derive`."""
CODE_BYTES = 16
_SIGNED = re.compile(r'(?P<body>\{.+),"mac":"(?P<code>[0-9a-f]{32})"\}', re.DOTALL)


class Hand:
    """Signs and recognises the facts of one controller (and of its replicas, which share its key)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def signed(self, doc: str, section: Section, key: str, text: str) -> str:
        """The fact's text, a JSON object with at least one field, with the code in it. The same text: the same code."""
        return f'{text[:-1]},"mac":"{self._code(doc, section, key, text).hex()}"}}'

    def recognises(self, doc: str, section: Section, key: str, text: str) -> bool:
        """Whether this hand wrote just this text there."""
        found = _SIGNED.fullmatch(text)
        if found is None:
            return False
        return hmac.compare_digest(self._code(doc, section, key, found["body"] + "}"), bytes.fromhex(found["code"]))

    def _code(self, doc: str, section: Section, key: str, text: str) -> bytes:
        words = b"".join(pae(word, b"") for word in (doc, section.value, key))
        return hmac.digest(self._key, pae(PURPOSE, words + text.encode()), hashlib.sha256)[:CODE_BYTES]


def unsigned(text: str) -> str:
    """The text without its code, if it has one."""
    found = _SIGNED.fullmatch(text)
    return found["body"] + "}" if found else text
