"""Quick keys are refused by the same code for the same reasons as real ones."""

from __future__ import annotations

import pytest

from edge_orch.errors import Refused
from edge_orch.trust.keys import PrivateKey
from edge_orch.trust.seal import open_sealed, seal
from tests.simulation.keys import QuickKey


@pytest.mark.parametrize("kind", [PrivateKey, QuickKey])
def test_a_seal_opens_under_its_senders_key_only_and_undamaged(kind: type[PrivateKey]) -> None:
    ann, bob = kind(b"a" * 32), kind(b"b" * 32)
    keys = {"ann": ann.public, "bob": bob.public}
    sealed = seal(ann, "ann", b"hello")

    assert open_sealed(sealed, keys.get).body == b"hello"
    with pytest.raises(Refused, match="does not match"):
        open_sealed(seal(bob, "ann", b"hello"), keys.get)
    with pytest.raises(Refused, match="unknown sender"):
        open_sealed(seal(ann, "eve", b"hello"), keys.get)
    for position in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[position] ^= 1
        with pytest.raises(Refused):
            open_sealed(bytes(damaged), keys.get)
