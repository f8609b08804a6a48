"""Stages of a job: what one record goes through by itself.

A stage begins where records are made: at `schematize`, at an `aggregate`, and at a union of records from several
stages. Within a stage records come in the order in which they were made, and one clock tells how far event time is.
"""

from __future__ import annotations

from collections.abc import Iterable

from edge_orch.errors import Problem
from edge_orch.plan.steps import (
    SOURCE,
    Aggregate,
    Alert,
    Deadband,
    Dedupe,
    Lag,
    Latest,
    Moving,
    Running,
    Schematize,
    Step,
    Throttle,
    Union,
    inputs,
    ports,
)

Timed = Aggregate | Alert | Deadband | Dedupe | Lag | Latest | Moving | Running | Throttle
"""Steps whose state event time changes."""


class Stages:
    """The stage of each port, by the name of the step that begins it. Steps come in topological order."""

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        self._stages: dict[str, str] = {}
        self._roots: dict[str, frozenset[str]] = {}
        self._crossing: dict[str, Union] = {}
        for step in steps:
            self.add(step)

    def add(self, step: Step) -> None:
        """One more step."""
        stages = {self._stages.get(name, "") for name in inputs(step)}
        begins = isinstance(step, Schematize | Aggregate) or len(stages) > 1
        if isinstance(step, Union) and begins:
            self._crossing[step.name] = step
        roots = {root for name in inputs(step) for root in self._roots.get(name, {step.name})}
        for port in ports(step):
            self._stages[port] = step.name if begins else stages.copy().pop()
            self._roots[port] = frozenset(roots)

    def crosses(self, union: Union) -> bool:
        """Whether its inputs are of several stages."""
        return union.name in self._crossing

    def refusal(self, step: Step) -> Problem | None:
        """Why a step cannot be, of which all steps before have been added: what it reads comes in no order, or has no
        clock.
        """
        if isinstance(step, Union):
            roots = sorted({root for name in inputs(step) for root in self._roots.get(name, ())})
            if len(roots) < 2:
                return None
            what = f"`{roots[0]}` and `{roots[1]}` read the source each for itself: their records come in no order"
            next_step = "schematize it once, as raw or with what all have in common, and parse in each branch"
            return Problem(what, next_step=next_step)
        if not isinstance(step, Timed):
            return None
        union = self._crossing.get(self._stages.get(step.input, SOURCE))
        if union is None:
            return None
        found = ", ".join(f"`{name}`" for name in union.inputs)
        what = f"`{step.name}` follows event time, and what it reads has no clock in common"
        next_step = "put one before them into each branch, or join the branches before their windows"
        return Problem(what, None, "branches without an aggregate between them", found, next_step)
