"""Keys for histories with hundreds of thousands of messages: an Ed25519 signature takes as long as all that a core does
with its message.

Everything around the signature is the product's: the encoding that is signed, the seal, the envelope, and the code that
refuses. Only the arithmetic inside is a keyed hash. Whoever has a public key of this kind could forge; nobody in a
simulated world tries to by that way. The scenario of the demo is played with real keys.
"""

from __future__ import annotations

from hashlib import blake2b

from edge_orch.trust.keys import PrivateKey, PublicKey


class QuickPublicKey(PublicKey, frozen=True):
    """The half that verifies."""

    def verify(self, signature: bytes, message: bytes) -> bool:
        return signature == blake2b(message, key=self.raw).digest()


class QuickKey(PrivateKey):
    """The half that signs."""

    def __init__(self, raw: bytes) -> None:
        super().__init__(raw)
        self.public: PublicKey = QuickPublicKey(self.public.raw)

    def sign(self, message: bytes) -> bytes:
        return blake2b(message, key=self.public.raw).digest()
