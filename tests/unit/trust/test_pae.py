"""The DSSE pre-authentication encoding, held to the example of its specification."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge_orch.trust.pae import pae


def test_the_example_of_the_specification() -> None:
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pae("http://example.com/HelloWorld", b"hello world") == expected


@given(st.tuples(st.text(), st.binary()), st.tuples(st.text(), st.binary()))
def test_two_inputs_never_share_an_encoding(a: tuple[str, bytes], b: tuple[str, bytes]) -> None:
    assert (pae(*a) == pae(*b)) == (a == b)
