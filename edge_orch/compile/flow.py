"""The records on one edge of the graph while a job is compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from edge_orch.compile.homes import NO_HOMES, Homes
from edge_orch.errors import Invalid, Problem
from edge_orch.expr.scope import Bounds, Scope
from edge_orch.plan.schema import Field, FieldType, Schema
from edge_orch.spec.leaves import Name
from edge_orch.spec.reading import gathered


class Flow(msgspec.Struct, frozen=True):
    """A schema, and what is not known of it because of problems already reported.

    `broken`: fields that exist, of unknown type. `lost`: nothing is known. `time_lost_at`: the step that removed the
    event time, if one did; `time_nullable`: its field, if it is still there but may be NULL. `gone`: fields that a
    step above did not pass on, and the name of that step.
    `bounds`: between which numbers fields lie. `rows_of`: the aggregate or sort whose records these all are.
    `homes`: where fields stand in the objects that they were read from.
    """

    schema: Schema
    broken: frozenset[str] = frozenset()
    lost: bool = False
    time_lost_at: str | None = None
    gone: Mapping[str, str] = {}
    bounds: Mapping[str, Bounds] = {}
    time_nullable: str | None = None
    rows_of: str | None = None
    homes: Homes = NO_HOMES

    def scope(self, params: Mapping[str, FieldType]) -> Scope:
        """What expressions over these records may name."""
        fields = {field.name: field for field in self.schema.fields}
        return Scope(fields, params, self.broken, self.gone, self.lost, bounds=self.bounds, rows_of=self.rows_of)

    def without(self, kept: Flow, step: str) -> Flow:
        """`kept`, the records that the named step makes of these, knowing which fields the step took away."""
        names = {field.name for field in kept.schema.fields} | kept.broken
        lost = {field.name: step for field in self.schema.fields if field.name not in names}
        gone = {name: where for name, where in {**self.gone, **lost}.items() if name not in names}
        return msgspec.structs.replace(kept, gone=gone)

    def fields(self, wanted: Sequence[Name]) -> tuple[Field, ...]:
        """The fields of these names, each named once. Raises `Invalid` with every unknown or repeated one."""
        scope = self.scope({})
        seen: set[str] = set()

        def field(name: Name) -> Field:
            try:
                column = scope.field(name.value)
            except Invalid as error:
                raise Invalid(*(msgspec.structs.replace(p, where=name.where) for p in error.problems)) from None
            if name.value in seen:
                raise Invalid(Problem(f"`{name.value}` stands here twice", name.where))
            seen.add(name.value)
            return Field(column.name, column.type, column.required, column.json)

        return tuple(gathered(wanted, field))


LOST = Flow(Schema(()), lost=True)
