"""What the compiler of one step is given."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from edge_orch.compile.flow import Flow
from edge_orch.errors import Invalid, Location, Problem
from edge_orch.expr.scope import Scope
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Step, is_joined
from edge_orch.spec.assets import Assets


class StepContext(msgspec.Struct, frozen=True):
    """Name, kind and input of the step being compiled; the job's parameters, and which sinks can take alerts.

    `source`: the kind of the job's source.

    `sinks`: every declared sink's name and kind. `assets`: the files that ship with the job.
    """

    name: str
    kind: str
    input: str
    where: Location
    flow: Flow
    params: Mapping[str, FieldType]
    sinks: Mapping[str, str]
    assets: Assets
    source: str

    @property
    def scope(self) -> Scope:
        """What the step's expressions may name."""
        return self.flow.scope(self.params)

    def need_event_time(self) -> None:
        """Raise `Invalid` if the job declared an event time and a step above removed it."""
        if is_joined(self.flow.time_lost_at or ""):
            what = f"`{self.name}` needs the event time, which is not one field in all of `{self.flow.time_lost_at}`"
            next_step = "give it one name: `time` of schematize or parse; of rows it is the window's"
            raise Invalid(Problem(what, self.where, next_step=next_step))
        if self.flow.time_lost_at and self.flow.time_nullable:
            time, step = self.flow.time_nullable, self.flow.time_lost_at
            what = f"`{self.name}` needs the event time, and `{time}` may be NULL since the step `{step}`"
            raise Invalid(Problem(what, self.where, next_step=f"write {time}: coalesce(…, {time}) in `{step}`"))
        if self.flow.time_lost_at:
            raise Invalid(
                Problem(
                    f"`{self.name}` needs the event time, which the step `{self.flow.time_lost_at}` removed",
                    self.where,
                    next_step=f"keep the time field in `{self.flow.time_lost_at}`",
                )
            )


class Compiled(msgspec.Struct, frozen=True):
    """A step of the plan and the records it passes on; no step if it has problems, which are then listed."""

    step: Step | None
    flow: Flow
    problems: tuple[Problem, ...] = ()
