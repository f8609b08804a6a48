"""Seals: origin proven, everything else refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.errors import Refused
from edge_orch.trust.keys import PrivateKey, PublicKey
from edge_orch.trust.seal import MAX_SEALED, Sealed, open_sealed, seal

ANN, BOB = PrivateKey(b"a" * 32), PrivateKey(b"b" * 32)
KEYS: dict[str, PublicKey] = {"ann": ANN.public, "bob": BOB.public}
GOOD = seal(ANN, "ann", b"the body")


@given(st.binary(max_size=500))
def test_what_is_sealed_opens(body: bytes) -> None:
    assert open_sealed(seal(ANN, "ann", body), KEYS.get) == Sealed("ann", body)


def test_another_key_cannot_speak_in_ones_name() -> None:
    with pytest.raises(Refused, match="does not match"):
        open_sealed(seal(BOB, "ann", b"body"), KEYS.get)


def test_an_unknown_sender_is_refused() -> None:
    with pytest.raises(Refused, match="unknown sender"):
        open_sealed(seal(ANN, "eve", b"body"), KEYS.get)


@given(index=st.integers(0, len(GOOD) - 1), bit=st.integers(0, 7))
def test_one_flipped_bit_is_refused(index: int, bit: int) -> None:
    bad = bytearray(GOOD)
    bad[index] ^= 1 << bit
    with pytest.raises(Refused):
        open_sealed(bytes(bad), KEYS.get)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        open_sealed(data, KEYS.get)


@pytest.mark.parametrize("data", [b"", GOOD[:-1], GOOD + b"x", b"\x91" * 100_000, b"x" * (MAX_SEALED + 1)])
def test_shortened_lengthened_deep_and_huge_are_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        open_sealed(data, KEYS.get)
