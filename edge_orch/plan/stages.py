"""Stages of a job: what one record goes through by itself.

A stage begins where records are made: at `schematize`, at an `aggregate`, and at a union of records from several
stages. Within a stage records come in the order in which they were made, and one clock tells how far event time is.
"""

from __future__ import annotations

from collections.abc import Sequence

from edge_orch.errors import Problem
from edge_orch.plan.steps import (
    Aggregate,
    Alert,
    Deadband,
    Dedupe,
    Lag,
    Latest,
    Moving,
    Running,
    Schematize,
    Sort,
    Step,
    Throttle,
    Union,
    inputs,
    ports,
)
from edge_orch.plan.windows import CalendarWindow, SlidingWindow, TumblingWindow
from edge_orch.time import format_duration

Timed = Aggregate | Alert | Deadband | Dedupe | Lag | Latest | Moving | Running | Sort | Throttle
"""Steps whose state event time changes."""

Staged = Aggregate | Sort
"""Steps that pass records on when event time says: these begin a stage."""

Aligned = TumblingWindow | SlidingWindow | CalendarWindow
"""Windows that event time alone decides."""


class Stages:
    """The stage of each port. Steps come in topological order."""

    def __init__(self) -> None:
        self._begins: dict[str, Step] = {}
        self._roots: dict[str, frozenset[str]] = {}
        self._through: dict[str, tuple[Staged, ...]] = {}

    def add(self, step: Step) -> None:
        """One more step."""
        if not self._knows(step):
            return
        begins = {} if isinstance(step, Schematize) else {(b := self._begins[name]).name: b for name in inputs(step)}
        whole = isinstance(step, Schematize | Staged) or len(begins) != 1
        through = {each.name: each for name in inputs(step) for each in self._through.get(name, ())}
        if isinstance(step, Staged):
            through[step.name] = step
        roots = {root for name in inputs(step) for root in self._roots.get(name, {step.name})}
        for port in ports(step):
            self._begins[port] = step if whole else next(iter(begins.values()))
            self._roots[port] = frozenset(roots)
            self._through[port] = tuple(through.values())

    def begin(self, port: str) -> Step:
        """The step that begins the stage of these records."""
        return self._begins[port]

    def crosses(self, step: Step) -> bool:
        """Whether it is a union of records of several stages."""
        return isinstance(step, Union) and self._begins[step.name] is step

    def first(self, port: str) -> Sequence[Staged]:
        """The aggregates that these records, or what they are made of, come to first."""
        return [each for each in self._through.get(port, ()) if not self._through.get(each.input)]

    def refusal(self, step: Step) -> Problem | None:
        """Why a step cannot be, of which all steps before have been added. Without one of those, none is known."""
        if not self._knows(step):
            return None
        if isinstance(step, Union):
            return self._without_order(step)
        begins = None if isinstance(step, Schematize) else self._begins[step.input]
        return self._without_time(step, begins) if isinstance(step, Timed) and isinstance(begins, Union) else None

    def _knows(self, step: Step) -> bool:
        """Whether all that it takes has been added; what comes behind a step that is wrong has not."""
        return isinstance(step, Schematize) or all(name in self._begins for name in inputs(step))

    def _without_order(self, union: Union) -> Problem | None:
        roots = sorted({root for name in union.inputs for root in self._roots[name]})
        if len(roots) < 2:
            return None
        what = f"`{roots[0]}` and `{roots[1]}` read the source each for itself: their records come in no order"
        next_step = "schematize it once, as raw or with what all have in common, and parse in each branch"
        return Problem(what, next_step=next_step)

    def _without_time(self, step: Timed, union: Union) -> Problem | None:
        """A step that follows event time, behind a union whose inputs do not all say how far it has come."""
        next_step = f"unite the branches before their windows, or put `{step.name}` into each of them"
        for name in union.inputs:
            if not self._through.get(name):
                what = f"`{step.name}` follows event time, and `{name}` passes on records beside rows of windows"
                return Problem(what, next_step=next_step)
        for each in self._through[union.name]:
            if isinstance(each, Aggregate) and not isinstance(each.window, Aligned):
                what = f"`{step.name}` follows event time, and when a window of `{each.name}` ends no clock says"
                return Problem(
                    what, None, "windows that time alone decides: tumbling, sliding, calendar", "", next_step
                )
        one, *others = self.first(union.name)
        for other in others:
            if other.idle_us != one.idle_us:
                what = f"`{step.name}` follows event time, and has two clocks: `{one.name}`'s and `{other.name}`'s"
                found = f"idle: {format_duration(one.idle_us)} and {format_duration(other.idle_us)}"
                return Problem(what, None, "one `idle` of both", found, "give them the same `idle`")
        return None
