"""Compiling the window of an aggregate step."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import gcd
from typing import Any

from edge_orch.compile.fields import check_zone
from edge_orch.compile.opposites import refuse_opposites
from edge_orch.errors import Invalid, Problem
from edge_orch.expr.expression import parse_condition
from edge_orch.expr.scope import Scope
from edge_orch.plan import windows as plan
from edge_orch.spec.amounts import Duration, PositiveDuration
from edge_orch.spec.nodes import Scalar
from edge_orch.spec.steps.aggregate import Aggregate
from edge_orch.spec.steps.windows import Calendar, Cycle, Session, Sliding
from edge_orch.time import DAY, format_duration

MOST_PANES = 1000  # of a sliding window: each is merged whenever a window closes
MOST_EARLY = 1440  # rows of a key and window: a minute's of a day
MOST_EMPTY = 1440  # windows without records, of each key: a day of minutes, two weeks of quarters of an hour


def compile_window(spec: Aggregate, scope: Scope) -> plan.Window:
    """The window, and whether the step's other options make sense with it. Raises `Invalid`.

    `scope`: what its conditions may name.
    """
    kind = spec.window.kind.text
    if kind == "session" and spec.on_late.value == "revise":
        raise Invalid(
            Problem(
                "session windows cannot be revised: a late record may change where they lie",
                spec.on_late.where,
                "drop | dead_letter",
                "revise",
                "give it more `grace`",
            )
        )
    if kind in {"count", "cycle"} and (spec.grace.value or spec.on_late.value != "drop"):
        where = spec.grace.where if spec.grace.value else spec.on_late.where
        raise Invalid(
            Problem(f"no record is late for a {kind} window", where, next_step="leave out `grace` and `on_late`")
        )
    window: plan.Window = (
        _cycle(spec.window.options, spec.window.kind, scope) if kind == "cycle" else _MAKERS[kind](spec.window.options)
    )
    if spec.empty is not None:
        _check_empty(spec.empty, window, kind)
    if spec.early is not None:
        _check_early(spec.early, window, kind)
    if spec.empty is not None and spec.early is not None:
        what = "a window without records has no rows before its end"
        raise Invalid(Problem(what, spec.early.where, next_step="leave out `early` or `empty`"))
    return window


def _check_empty(empty: PositiveDuration, window: plan.Window, kind: str) -> None:
    every = _beginnings_apart(window)
    if every is None:
        what = f"a {kind} window has records: there are no empty ones"
        raise Invalid(Problem(what, empty.where, next_step="leave out `empty`, or choose a tumbling window"))
    if empty.value > MOST_EMPTY * every:
        raise Invalid(
            Problem(
                "too many empty windows",
                empty.where,
                f"at most {format_duration(MOST_EMPTY * every)}: {MOST_EMPTY} rows of a key, which may come at once",
                empty.node.text,
                "write a shorter time, or choose longer windows",
            )
        )


def _check_early(early: PositiveDuration, window: plan.Window, kind: str) -> None:
    text = early.node.text
    if not isinstance(window, plan.TumblingWindow | plan.CalendarWindow):
        next_step = "leave out `early`: they end every so often" if kind == "sliding" else "write a running step"
        raise Invalid(Problem(f"a {kind} window has no rows before its end", early.where, next_step=next_step))
    size = window.size_us if isinstance(window, plan.TumblingWindow) else window.about_us
    if early.value >= size:
        what, expected = "the window is over by then", f"less than {format_duration(size)}"
        raise Invalid(Problem(what, early.where, expected, text, "leave out `early`, or choose longer windows"))
    if size > MOST_EARLY * early.value:
        expected = f"at least {format_duration(-(-size // MOST_EARLY))}: {MOST_EARLY} rows of a key and window"
        raise Invalid(Problem("too many rows of one window", early.where, expected, text, "write a longer time"))
    if isinstance(window, plan.TumblingWindow) and size % early.value:
        what, expected = "the window would end between two of these", f"a time that divides {format_duration(size)}"
        raise Invalid(Problem(what, early.where, expected, text, "choose another time, or another size"))


def _beginnings_apart(window: plan.Window) -> int | None:
    """From the beginning of one window to that of the next, on average; None where time does not decide it."""
    match window:
        case plan.TumblingWindow(size_us):
            return size_us
        case plan.SlidingWindow(_, every_us):
            return every_us
        case plan.CalendarWindow():
            return window.about_us
        case _:
            return None


def dated_by(window: plan.Window, spec: Aggregate) -> str:
    """The field that is the event time of a window's rows: the earliest moment by which those that follow are in order.

    A row of a fixed window carries its start: so a 1-minute roll-up of 10-second rows gets those of its own minute.
    How far back a session, a count or a cycle window begins is not known before it ends; rows of what a window holds so
    far say where it has come to.
    """
    backwards = plan.SessionWindow | plan.CountWindow | plan.CycleWindow
    return "window_end" if spec.early is not None or isinstance(window, backwards) else "window_start"


def _sliding(options: Sliding) -> plan.SlidingWindow:
    size, every = options.size.value, options.every.value
    if every > size:
        raise Invalid(
            Problem(
                "windows would leave gaps in time",
                options.every.where,
                f"at most the size, {options.size.node.text}",
                options.every.node.text,
                "filter records, if some are not wanted",
            )
        )
    if size // gcd(size, every) > MOST_PANES:
        raise Invalid(_too_fine(options.every, options.size))
    return plan.SlidingWindow(size, every)


def _too_fine(every: Duration, size: Duration) -> Problem:
    return Problem(
        "the windows overlap too finely",
        every.where,
        f"at most {MOST_PANES} stretches in {size.node.text} between beginnings and ends of windows",
        every.node.text,
        "choose a longer `every` that divides the size",
    )


def _session(options: Session) -> plan.SessionWindow:
    gap, longest = options.gap, options.max
    if longest is None:
        return plan.SessionWindow(gap.value)
    if longest.value < gap.value:
        raise Invalid(
            Problem(
                "a session would be over before its gap",
                longest.where,
                f"at least the gap, {gap.node.text}",
                longest.node.text,
                f"write gap: {longest.node.text}, if a session is to end so long after its first record",
            )
        )
    return plan.SessionWindow(gap.value, longest.value)


def _cycle(options: Cycle, kind: Scalar, scope: Scope) -> plan.CycleWindow:
    if options.begin is None and options.end is None:
        next_step = "add begin: CONDITION, end: CONDITION, or both"
        raise Invalid(Problem("nothing says where a cycle begins or ends", kind.where, next_step=next_step))
    begin, end = [
        None if sql is None else parse_condition(sql, scope, deciding=True) for sql in (options.begin, options.end)
    ]
    refuse_opposites(begin, end, options.begin)
    longest = None if options.max is None else options.max.value
    return plan.CycleWindow(options.timeout.value, begin, end, longest)


def _calendar(options: Calendar) -> plan.CalendarWindow:
    check_zone(options.zone)
    unit, at = options.unit.value, options.at
    if not at:
        return plan.CalendarWindow(unit, options.zone.value)
    if unit == "hour":
        raise Invalid(Problem("an hour begins by itself", at[0].where, next_step="leave out `at`, or write unit: day"))
    if unit != "day" and len(at) > 1:
        raise Invalid(Problem(f"a {unit} has one beginning", at[1].where, next_step="write unit: day for shifts"))
    for before, after in pairwise(at):
        if after.value <= before.value:
            raise Invalid(Problem("not in ascending order", after.where, f"a time after {before.node.text}"))
    if at[-1].value == DAY:
        raise Invalid(Problem("the day is over then", at[-1].where, "a time before 24:00", "24:00", "say 00:00"))
    return plan.CalendarWindow(unit, options.zone.value, tuple(time.value for time in at))


_MAKERS: dict[str, Callable[[Any], plan.Window]] = {
    "tumbling": lambda tumbling: plan.TumblingWindow(tumbling.size.value),
    "sliding": _sliding,
    "session": _session,
    "count": lambda counted: plan.CountWindow(counted.size.value),
    "calendar": _calendar,
}
