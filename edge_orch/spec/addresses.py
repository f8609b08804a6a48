"""Where a source listens."""

from __future__ import annotations

import re
from typing import ClassVar

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.leaves import JsonSchema
from edge_orch.spec.nodes import Scalar
from edge_orch.spec.references import Template

_LOOPBACK = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\]):\d+")
_WRONG = "not an address to listen on"
_EXPECTED = "HOST:PORT, like 127.0.0.1:8099"
_REFERENCE = re.compile(r"\$\{label:[^}]*\}")


class Listen(Template, frozen=True):
    """`HOST:PORT`; the host is an address or a name of the device itself, an IPv6 address in brackets."""

    schema: ClassVar[JsonSchema] = {"type": "string", "pattern": r"^\S+:[^:\s]+$"}

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return bool(_LOOPBACK.fullmatch(self.value))

    @classmethod
    def parse(cls, node: Scalar) -> str:
        if node.plain and node.text.isdecimal():
            raise Invalid(Problem(_WRONG, node.where, _EXPECTED, node.text, _meant(node.text)))
        text = super().parse(node)
        match = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^:\s\[\]]+):(\d{1,5})", _REFERENCE.sub("1", text))
        if not match or not 0 < int(match[2]) <= 65_535:
            raise Invalid(Problem(_WRONG, node.where, _EXPECTED, text, _meant(text)))
        return text


def _meant(text: str) -> str:
    """The address that a port alone, or an address of the web, most likely means."""
    bare = re.sub(r"^[a-z]+://|/.*$", "", text)
    if (port := re.fullmatch(r":?(\d{1,5})", bare)) and 0 < int(port[1]) <= 65_535:
        return f"write '127.0.0.1:{port[1]}'"
    return f"write '{bare}'" if bare != text and _LOOPBACK.fullmatch(bare) else ""


class HttpPath(Template, frozen=True):
    """The path of a URL."""

    schema: ClassVar[JsonSchema] = {"type": "string", "pattern": "^/"}

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = super().parse(node)
        if not re.fullmatch(r"/[A-Za-z0-9._~/-]*", text):
            raise Invalid(Problem("not a path", node.where, "like /ingest: letters, digits and . _ ~ / -", text))
        return text
