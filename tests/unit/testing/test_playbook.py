"""The playbook, with a machine that doubles numbers."""

from __future__ import annotations

import pytest

from edge_orch.testing.clock import Clock
from edge_orch.testing.playbook import Playbook
from edge_orch.time import SECOND, Instant


class Doubler:
    """Answers n with n twice; remembers when."""

    def __init__(self) -> None:
        self.times: list[int] = []

    def handle(self, event: int, now: Instant) -> list[str]:
        self.times.append(now.mono_us)
        return [f"say {event}"] * event

    def wake_at(self) -> int | None:
        return None


def test_what_goes_as_written_is_true() -> None:
    assert Playbook(Doubler()) >> 1 << "say 1" >> 0 << None >> 2 << "say 2" << "say 2" << None


def test_the_time_is_set_on_the_way() -> None:
    machine = Doubler()
    playbook = Playbook(machine, Clock().read(5))
    assert (playbook >> 0).after(SECOND) >> 0
    assert playbook.at(Clock().read(9)) >> 0
    assert machine.times == [5, SECOND + 5, 9]


def test_another_command_shows_as_a_diff() -> None:
    with pytest.raises(AssertionError, match=r"left the playbook:\n  >> 1\n- << say 2\n[? +^\n]*\+ << say 1"):
        Playbook(Doubler()) >> 1 << "say 2"


def test_a_missing_command_is_a_surprise() -> None:
    with pytest.raises(AssertionError, match="- << say 0"):
        Playbook(Doubler()) >> 0 << "say 0"


def test_a_command_too_many_is_a_surprise() -> None:
    for play in (
        lambda: bool(Playbook(Doubler()) >> 1),
        lambda: Playbook(Doubler()) >> 1 << None,
        lambda: Playbook(Doubler()) >> 1 >> 0,
    ):
        with pytest.raises(AssertionError, match=r"\+ << say 1"):
            play()
