"""Ed25519 keys, held to a test vector of RFC 8032."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.errors import Invalid
from edge_orch.trust.keys import PrivateKey, PublicKey

# RFC 8032, section 7.1, TEST 2: secret, public, message, signature.
SECRET = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_the_vector_of_rfc_8032() -> None:
    key = PrivateKey.from_bytes(SECRET)
    assert key.public.to_bytes() == PUBLIC
    assert key.sign(b"\x72") == SIGNATURE
    assert key.public.verify(SIGNATURE, b"\x72")


@given(secret=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200))
def test_another_library_signs_the_same_and_takes_ours(secret: bytes, message: bytes) -> None:
    ours, theirs = PrivateKey.from_bytes(secret), Ed25519PrivateKey.from_private_bytes(secret)
    assert ours.public.to_bytes() == theirs.public_key().public_bytes_raw()
    assert ours.sign(message) == theirs.sign(message)
    theirs.public_key().verify(ours.sign(message), message)


def test_a_key_survives_its_byte_and_hex_forms() -> None:
    key = PrivateKey.generate()
    assert PrivateKey.from_bytes(key.to_bytes()).public == key.public
    assert PublicKey.from_bytes(key.public.to_bytes()) == PublicKey.from_hex(key.public.hex) == key.public
    assert PrivateKey.generate().public != key.public


@given(signature=st.binary(max_size=80), message=st.binary(max_size=80), raw=st.binary(max_size=40))
def test_verify_answers_no_to_any_other_bytes(signature: bytes, message: bytes, raw: bytes) -> None:
    assert not PublicKey(PUBLIC).verify(signature, message)
    assert not PublicKey(raw).verify(SIGNATURE, message)


@pytest.mark.parametrize("raw", [b"", b"x" * 31, b"x" * 33])
def test_a_key_of_the_wrong_length_is_invalid(raw: bytes) -> None:
    with pytest.raises(Invalid, match="32 bytes"):
        PrivateKey.from_bytes(raw)
    with pytest.raises(Invalid, match="32 bytes"):
        PublicKey.from_bytes(raw)


@pytest.mark.parametrize("text", ["", "zz" * 32, "ab" * 31])
def test_hex_that_is_no_key_is_invalid(text: str) -> None:
    with pytest.raises(Invalid, match="public key"):
        PublicKey.from_hex(text)


def test_the_text_form_of_a_private_key_hides_the_secret() -> None:
    key = PrivateKey.from_bytes(SECRET)
    assert SECRET.hex() not in repr(key)
    assert key.public.hex in repr(key)
