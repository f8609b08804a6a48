"""The life of an alert rule for one key, as a table.

Theory. A rule watches one condition for every key. Two questions are asked of the records, never both at once:
until an episode is open, « is the condition met? »; while it is open, « is it clear? ». Each question has its hold:
an answer must stand for that long, in event time and without a break, before it counts. So there are four states,
two that rest and two in which a hold is running:

    idle      no episode; not met
    pending   no episode; met, and the hold is running
    firing    an episode is open; not clear
    clearing  an episode is open; clear, and the clear-hold is running

Every record, every vote that grows too old and every step of the watermark becomes exactly one signal:

    met, unmet            the answer to the first question; only heard in idle and pending
    cleared, uncleared    the answer to the second; only heard in firing and clearing
    hold_expired          the running hold is over; only heard in pending and clearing

A break (unmet in pending, uncleared in clearing) goes back to the resting state and the hold starts anew. Between
`met` and `clear` lies the hysteresis that the job's author chose: a value in that gap changes nothing.

What is not in the table must not happen: `next_state` raises, and as it only computes, nothing has changed.
Two moves are announced to the world, and they alternate by construction: every path from one `opened` to the next
leads through `resolved`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from edge_orch.engine.records import EpisodeEventKind


class State(StrEnum):
    """Where a rule stands for one key."""

    IDLE = "idle"
    PENDING = "pending"
    FIRING = "firing"
    CLEARING = "clearing"


class Signal(StrEnum):
    """What can be said to a rule about one key."""

    MET = "met"
    UNMET = "unmet"
    CLEARED = "cleared"
    UNCLEARED = "uncleared"
    HOLD_EXPIRED = "hold_expired"


TRANSITIONS: Mapping[State, Mapping[Signal, State]] = {
    State.IDLE: {
        Signal.UNMET: State.IDLE,
        Signal.MET: State.PENDING,
    },
    State.PENDING: {
        Signal.UNMET: State.IDLE,
        Signal.MET: State.PENDING,
        Signal.HOLD_EXPIRED: State.FIRING,
    },
    State.FIRING: {
        Signal.UNCLEARED: State.FIRING,
        Signal.CLEARED: State.CLEARING,
    },
    State.CLEARING: {
        Signal.UNCLEARED: State.FIRING,
        Signal.CLEARED: State.CLEARING,
        Signal.HOLD_EXPIRED: State.IDLE,
    },
}

ANNOUNCED: Mapping[tuple[State, State], EpisodeEventKind] = {
    (State.PENDING, State.FIRING): EpisodeEventKind.OPENED,
    (State.CLEARING, State.IDLE): EpisodeEventKind.RESOLVED,
}


class IllegalTransition(Exception):
    """A rule was told something it cannot hear in its state: a fault of the caller, never of the data."""

    def __init__(self, state: State, signal: Signal) -> None:
        heard = ", ".join(TRANSITIONS[state])
        super().__init__(f"an alert rule that is {state} cannot hear {signal}; it hears {heard}")


def next_state(state: State, signal: Signal) -> State:
    """The state after `signal`. Raises `IllegalTransition` when the table has no such entry."""
    try:
        return TRANSITIONS[state][signal]
    except KeyError:
        raise IllegalTransition(state, signal) from None


def diagram() -> str:
    """The table as a Mermaid state diagram; docs/alerts.md holds this text, and a test holds the two together."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.IDLE}"]
    for state, row in TRANSITIONS.items():
        for signal, target in row.items():
            kind = ANNOUNCED.get((state, target))
            lines.append(f"    {state} --> {target}: {signal}" + (f" / {kind}" if kind else ""))
    return "\n".join(lines) + "\n"
