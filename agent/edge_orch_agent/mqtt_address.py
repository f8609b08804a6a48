"""The address of an MQTT broker, and who we are there."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import msgspec

from edge_orch.errors import Invalid, Problem


class Address(msgspec.Struct, frozen=True):
    """Where a broker is and who we are there, read from `mqtt[s]://[user[:password]@]host[:port]`."""

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None

    @classmethod
    def parse(cls, url: str) -> Address:
        """Raises `Invalid` when the text is not such an address; a password is never shown."""
        try:
            parts = urlsplit(url)
            tls = {"mqtt": False, "mqtts": True}[parts.scheme]
            if not parts.hostname:
                raise ValueError
            port = parts.port or (8883 if tls else 1883)
        except (KeyError, ValueError):
            shown = repr(url.rsplit("@", 1)[-1])
            raise Invalid(Problem("not the address of an MQTT broker", None, "mqtt://host:1883", shown)) from None
        user = unquote(parts.username) if parts.username else None
        return cls(parts.hostname, port, tls, user, unquote(parts.password) if parts.password else None)
