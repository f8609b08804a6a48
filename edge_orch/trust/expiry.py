"""When a certificate or a token ends, as it says itself. Nothing is verified: this is for warnings in time."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime

import msgspec

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_JWT = re.compile(rb"[\w-]+\.([\w-]+)\.[\w-]*")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Claims(msgspec.Struct):
    exp: int | float


def expires_at(data: bytes) -> int | None:
    """Microseconds since the epoch: the earliest end of PEM certificates, a JSON Web Token's `exp`; None for others."""
    certificates = _PEM.findall(data)
    if certificates:
        return min((end for end in map(_end, certificates) if end is not None), default=None)
    token = _JWT.fullmatch(data.strip())
    if token is None:
        return None
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(token[1] + b"=" * (-len(token[1]) % 4)), type=_Claims)
    except (binascii.Error, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return round(claims.exp * 1_000_000)


def _end(certificate: bytes) -> int | None:
    from cryptography import x509  # noqa: PLC0415 -- 7 MB that few folders need

    try:
        end = x509.load_pem_x509_certificate(certificate).not_valid_after_utc
    except ValueError:
        return None
    return round((end - _EPOCH).total_seconds()) * 1_000_000
