"""A twin that was closed is gone."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from edge_orch_controller.core.twins import OpenTwins, Twin

from tests.unit.twin.examples import ack, replica


@pytest.fixture
def uncollected() -> Iterator[None]:
    """No cycle is found."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
def test_the_memory_of_a_twin_that_was_closed_is_free_at_once() -> None:
    twins = OpenTwins(1)
    refs = []
    for name in ("pi-1", "pi-2", "pi-3"):
        twin = Twin(name, replica("controller", name=name), b"12345678")
        twin.replica.persisted(twin.replica.edit([ack(1, "controller")]))
        refs.append(weakref.ref(twin.replica))
        twins.add(twin)
    del twin
    assert [ref() is None for ref in refs] == [True, True, False]
