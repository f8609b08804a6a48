"""Where the URL of a server leads, and the way there."""

from __future__ import annotations

import asyncio
import functools
import ssl
from base64 import b64encode
from urllib.parse import quote, unquote, urlsplit

import msgspec

_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_AS_WRITTEN = "/%:@!$&'()*+,;=~?"
_SECOND_FAMILY_S = 0.25
"""When the other family of addresses is tried as well (RFC 8305)."""


class Address(msgspec.Struct, frozen=True):
    """`target`: path and query, as the request line takes them. `authorization`: of the user in the URL, or empty."""

    scheme: str
    host: str
    port: int
    target: str
    authorization: str = ""

    @classmethod
    def parse(cls, url: str) -> Address:
        """Raises `ValueError` for what is no URL of HTTP or of a WebSocket."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("not the URL of a server")
        target = quote(parts.path or "/", _AS_WRITTEN) + (f"?{quote(parts.query, _AS_WRITTEN)}" if parts.query else "")
        authorization = ""
        if parts.username is not None:
            user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            authorization = f"Basic {b64encode(user.encode()).decode()}"
        port = _PORTS[parts.scheme] if parts.port is None else parts.port
        return cls(parts.scheme, parts.hostname, port, target, authorization)

    @property
    def tls(self) -> bool:
        """Whether the way is encrypted."""
        return self.scheme in ("https", "wss")

    @property
    def origin(self) -> tuple[bool, str, int]:
        """Requests of one origin may share a connection."""
        return self.tls, self.host, self.port

    @property
    def authority(self) -> str:
        """What the header `Host` says."""
        host = f"[{self.host}]" if ":" in self.host else self.host.encode("idna").decode()
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A fresh connection; over TLS only to whoever has a certificate for this host. Raises `OSError`."""
        context = _context() if self.tls else None
        return await asyncio.open_connection(self.host, self.port, ssl=context, happy_eyeballs_delay=_SECOND_FAMILY_S)


@functools.cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()
