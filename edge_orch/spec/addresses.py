"""Where a source listens."""

from __future__ import annotations

import re
from typing import ClassVar

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.leaves import JsonSchema
from edge_orch.spec.nodes import Scalar
from edge_orch.spec.references import Template

_LOOPBACK = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\]):\d+")
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
        text = super().parse(node)
        match = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^:\s\[\]]+):(\d{1,5})", _REFERENCE.sub("1", text))
        if not match or not 0 < int(match[2]) <= 65_535:
            raise Invalid(Problem("not an address to listen on", node.where, "HOST:PORT, like 127.0.0.1:8099", text))
        return text


class HttpPath(Template, frozen=True):
    """The path of a URL."""

    schema: ClassVar[JsonSchema] = {"type": "string", "pattern": "^/"}

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = super().parse(node)
        if not re.fullmatch(r"/[A-Za-z0-9._~/-]*", text):
            raise Invalid(Problem("not a path", node.where, "like /ingest: letters, digits and . _ ~ / -", text))
        return text
