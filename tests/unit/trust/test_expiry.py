from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from edge_orch.trust.expiry import expires_at

END = datetime(2027, 1, 1, tzinfo=UTC)
END_US = round(END.timestamp() * 1_000_000)


def certificate(end: datetime) -> bytes:
    key, name = Ed25519PrivateKey.generate(), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "press-1")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, end - timedelta(days=90), end)
    return made.sign(key, None).public_bytes(Encoding.PEM)


def token(claims: object) -> bytes:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
    return b"eyJhbGciOiJub25lIn0." + part + b".c2ln\n"


def test_of_certificates_the_earliest_end_counts() -> None:
    assert expires_at(certificate(END)) == END_US
    assert expires_at(certificate(END + timedelta(days=1)) + certificate(END)) == END_US


def test_a_token_says_when_it_ends() -> None:
    assert expires_at(token({"exp": END.timestamp()})) == END_US
    assert expires_at(token({"sub": "press-1"})) is None


@pytest.mark.parametrize(
    "secret",
    [b"", b"hunter2", b"a.b.c", b"\xff.\xff.\xff", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"],
)
def test_any_other_secret_says_of_no_end(secret: bytes) -> None:
    assert expires_at(secret) is None
