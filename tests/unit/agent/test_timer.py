from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from edge_orch_agent.timer import Timer


class Handle:
    def __init__(self, at: float) -> None:
        self._at = at
        self.cancelled = False

    def when(self) -> float:
        return self._at

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    """At a moment that the test sets."""

    def __init__(self) -> None:
        self.now = 100.0
        self.set: list[Handle] = []
        self.rung = 0
        self.ring: Callable[[], None] = self.hear

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, ring: Callable[[], None]) -> Handle:
        self.ring = ring
        self.set.append(Handle(self.now + delay))
        return self.set[-1]

    def hear(self) -> None:
        self.rung += 1


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    loop = Loop()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
    return loop


def test_later_wishes_set_no_new_one(loop: Loop) -> None:
    timer = Timer(loop.hear)
    for delay_s in (1.0, 2.0, 3.0):
        timer.set(delay_s)
    assert [handle.when() for handle in loop.set] == [101.0]


def test_an_earlier_wish_takes_its_place(loop: Loop) -> None:
    timer = Timer(loop.hear)
    timer.set(3.0)
    timer.set(1.0)
    assert [(handle.when(), handle.cancelled) for handle in loop.set] == [(103.0, True), (101.0, False)]


def test_what_should_have_rung_while_the_machine_slept_rings_now(loop: Loop) -> None:
    timer = Timer(loop.hear)
    timer.set(30.0)
    timer.set(-3600.0)
    assert loop.set[-1].when() == loop.now


def test_after_it_has_rung_it_is_set_anew(loop: Loop) -> None:
    timer = Timer(loop.hear)
    timer.set(1.0)
    loop.ring()
    timer.set(2.0)
    assert loop.rung == 1
    assert [handle.when() for handle in loop.set] == [101.0, 102.0]


def test_without_a_wish_it_does_not_ring(loop: Loop) -> None:
    timer = Timer(loop.hear)
    timer.set(1.0)
    timer.set(None)
    assert [handle.cancelled for handle in loop.set] == [True]
