from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_orch.engine.alert_table import ANNOUNCED, TRANSITIONS, IllegalTransition, Signal, State, diagram, next_state
from edge_orch.engine.records import EpisodeEventKind

DOCS = Path(__file__).parents[3] / "docs" / "alerts.md"
EVERY_PAIR = [(state, signal) for state in State for signal in Signal]


@pytest.mark.parametrize(("state", "signal"), EVERY_PAIR)
def test_a_signal_moves_as_the_table_says_or_raises(state: State, signal: Signal) -> None:
    if signal in TRANSITIONS[state]:
        assert next_state(state, signal) is TRANSITIONS[state][signal]
    else:
        with pytest.raises(IllegalTransition, match=f"that is {state} cannot hear {signal}; it hears "):
            next_state(state, signal)


def announcements(state: State, depth: int) -> Iterator[list[EpisodeEventKind]]:
    """What is announced on every path of `depth` signals from `state`."""
    if depth == 0:
        yield []
        return
    for target in TRANSITIONS[state].values():
        kind = ANNOUNCED.get((state, target))
        for rest in announcements(target, depth - 1):
            yield [kind, *rest] if kind else rest


def test_opened_and_resolved_alternate_on_every_path() -> None:
    for path in announcements(State.IDLE, 9):
        wanted = [EpisodeEventKind.OPENED, EpisodeEventKind.RESOLVED] * len(path)
        assert path == wanted[: len(path)]


def test_every_state_can_be_reached_and_left() -> None:
    reached = {target for row in TRANSITIONS.values() for target in row.values()}
    assert reached == set(State) == set(TRANSITIONS)
    assert all(set(row.values()) - {state} for state, row in TRANSITIONS.items())


def test_the_documentation_shows_this_table() -> None:
    assert f"```mermaid\n{diagram()}```" in DOCS.read_text("utf-8")
