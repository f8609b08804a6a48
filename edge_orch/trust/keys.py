"""Ed25519 keys (RFC 8032): 32 raw bytes each, signatures of 64 bytes, deterministic.

By libsodium: 1 MB resident where OpenSSL's second copy, in `cryptography`, is 7. ADR 19.
"""

from __future__ import annotations

import hashlib
import hmac

import msgspec
from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from edge_orch.errors import Invalid, Problem

KEY_BYTES = 32


def _checked(raw: bytes, kind: str) -> bytes:
    if len(raw) != KEY_BYTES:
        raise Invalid(Problem(f"not an Ed25519 {kind} key", expected=f"{KEY_BYTES} bytes", found=f"{len(raw)}"))
    return raw


class PublicKey(msgspec.Struct, frozen=True):
    """The half that verifies. Equal when its bytes are equal."""

    raw: bytes

    @classmethod
    def from_bytes(cls, raw: bytes) -> PublicKey:
        """Raises `Invalid` unless `raw` has the right length."""
        return cls(_checked(raw, "public"))

    @classmethod
    def from_hex(cls, text: str) -> PublicKey:
        """Raises `Invalid` unless `text` is the hex form of a public key."""
        try:
            return cls.from_bytes(bytes.fromhex(text))
        except ValueError as error:
            raise Invalid(Problem("not an Ed25519 public key", expected="64 hex digits", found=repr(text))) from error

    def to_bytes(self) -> bytes:
        return self.raw

    @property
    def hex(self) -> str:
        return self.raw.hex()

    @property
    def key_id(self) -> str:
        """SHA-256 of the key in hex: a name for it in envelopes and messages to people."""
        return hashlib.sha256(self.raw).hexdigest()

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether `signature` is this key's over exactly `message`. Never raises, whatever the bytes."""
        try:
            VerifyKey(self.raw).verify(message, signature)
        except (CryptoError, ValueError):  # another signature; bytes of the wrong length
            return False
        return True


class PrivateKey:
    """The half that signs. Its text form shows the public half only, so that logs cannot leak it."""

    def __init__(self, raw: bytes) -> None:
        self._raw = _checked(raw, "private")
        self._key = SigningKey(raw)
        self.public = PublicKey(bytes(self._key.verify_key))

    @classmethod
    def generate(cls) -> PrivateKey:
        """A fresh key from the operating system's randomness."""
        return cls(bytes(SigningKey.generate()))

    @classmethod
    def from_bytes(cls, raw: bytes) -> PrivateKey:
        """Raises `Invalid` unless `raw` has the right length."""
        return cls(raw)

    def to_bytes(self) -> bytes:
        """The secret itself, for a file of mode 0600."""
        return self._raw

    def sign(self, message: bytes) -> bytes:
        """64 bytes; the same message gives the same signature."""
        return self._key.sign(message).signature

    def derive(self, purpose: str) -> bytes:
        """32 secret bytes for another use: HMAC-SHA256 of the purpose. Tells nothing of the key or of other uses."""
        return hmac.digest(self._raw, b"edge-orch derive " + purpose.encode(), hashlib.sha256)

    def __repr__(self) -> str:
        return f"PrivateKey(public={self.public.hex})"
