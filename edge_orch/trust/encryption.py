"""Text → the same text encrypted: AES-256-GCM whose nonce is made of the text itself.

The same input must give the same bytes, so nothing is drawn at random: the nonce is the beginning of an HMAC of the
text, under a key of its own (the construction of SIV, RFC 5297). A nonce repeats only for equal texts, which then look
equal; among 2^32 different ones under one key, two share a nonce with a chance of about 2^-33. ADR 9.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable

VERSION = "v1"
_NONCE = 12


def encrypter(secret: bytes, key_id: str) -> Callable[[str], str]:
    """A function: text → `v1:KEY_ID:` and, in URL-safe Base64 without padding, nonce, ciphertext and tag.

    What stands before the Base64 is authenticated with it.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 -- 6 MB that few jobs need

    head = f"{VERSION}:{key_id}"
    known = head.encode()
    nonce_key = hmac.digest(secret, b"edge-orch mask v1 nonce", "sha256")
    seal = AESGCM(hmac.digest(secret, b"edge-orch mask v1 encrypt", "sha256")).encrypt

    def encrypt(text: str) -> str:
        data = text.encode()
        nonce = hmac.digest(nonce_key, data, "sha256")[:_NONCE]
        return f"{head}:{urlsafe_b64encode(nonce + seal(nonce, data, known)).rstrip(b'=').decode()}"

    return encrypt
