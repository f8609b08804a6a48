"""Which windows an aggregate step of the plan asks for."""

from __future__ import annotations

from collections.abc import Sequence

from edge_orch.engine.clock import Timer
from edge_orch.engine.room import Room
from edge_orch.engine.windows.aligned import AlignedWindows
from edge_orch.engine.windows.bounded_sessions import BoundedSessions
from edge_orch.engine.windows.calendar import CalendarFrames
from edge_orch.engine.windows.cell import Layout
from edge_orch.engine.windows.counted import CountWindows
from edge_orch.engine.windows.cycles import CycleWindows
from edge_orch.engine.windows.filled import FilledWindows
from edge_orch.engine.windows.frames import Frames, SlidingFrames
from edge_orch.engine.windows.sessions import SessionWindows
from edge_orch.engine.windows.windows import Windows
from edge_orch.plan.steps import Aggregate
from edge_orch.plan.windows import (
    CalendarWindow,
    CountWindow,
    CycleWindow,
    SessionWindow,
    SlidingWindow,
    TumblingWindow,
)


def windows_of(step: Aggregate, layout: Layout, timers: Sequence[Timer], room: Room) -> Windows:
    """New, empty windows. Raises `Invalid` for those this machine cannot make."""
    match step.window:
        case TumblingWindow(size_us):
            return _aligned(step, layout, timers, room, SlidingFrames(size_us, size_us))
        case SlidingWindow(size_us, every_us):
            return _aligned(step, layout, timers, room, SlidingFrames(size_us, every_us))
        case CalendarWindow():
            return _aligned(step, layout, timers, room, CalendarFrames(step.window))
        case SessionWindow():
            return _sessions(step, layout, timers, room, step.window)
        case CountWindow(size):
            return CountWindows(step, layout, timers, room, size)
        case CycleWindow():
            return CycleWindows(step, layout, timers, room, step.window)


def _aligned(step: Aggregate, layout: Layout, timers: Sequence[Timer], room: Room, frames: Frames) -> Windows:
    if isinstance(step.early_us, int):
        from edge_orch.engine.windows.early import EarlyFrames, EarlyWindows  # noqa: PLC0415 -- few have

        return EarlyWindows(step, layout, timers, room, EarlyFrames(frames, step.early_us))
    if isinstance(step.empty_us, int):
        return FilledWindows(step, layout, timers, room, frames, empty_us=step.empty_us)
    return AlignedWindows(step, layout, timers, room, frames)


def _sessions(step: Aggregate, layout: Layout, timers: Sequence[Timer], room: Room, window: SessionWindow) -> Windows:
    if window.max_us is not None:
        return BoundedSessions(step, layout, timers, room, window.gap_us, max_us=window.max_us)
    return SessionWindows(step, layout, timers, room, window.gap_us)
