"""The message that carries changes, read back by the binding itself and by our own reader."""

from __future__ import annotations

from automerge.core import Message
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.twin.carrier import sync_message
from edge_orch.twin.columns import Reader
from edge_orch.twin.genesis import GENESIS


@given(st.lists(st.binary(max_size=300), max_size=200))
def test_it_holds_the_changes_and_nothing_else(changes: list[bytes]) -> None:
    reader = Reader(sync_message(changes))
    assert reader.take(4) == b"\x42\0\0\0"
    assert [reader.take(reader.unsigned()) for _ in range(reader.unsigned())] == changes
    assert reader.done


def test_the_binding_reads_it() -> None:
    message = sync_message([GENESIS, GENESIS])
    assert Message.decode(Message.decode(message).encode())
