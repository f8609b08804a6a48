"""Outputs of which one text leaves, and not the record as JSON."""

from __future__ import annotations

from collections.abc import Mapping

from edge_orch.compile.flow import Flow
from edge_orch.errors import Invalid, Problem
from edge_orch.plan.plan import DEAD_LETTERS
from edge_orch.plan.schema import FieldType
from edge_orch.spec.job import Output


def check_line(output: Output, flows: Mapping[str, Flow]) -> None:
    """Raise `Invalid` unless the records of the output have a text in the field that is to leave."""
    if output.line is None:
        return
    if output.from_.value == DEAD_LETTERS:
        raise Invalid(Problem("dead letters leave as JSON", output.line.where, next_step="leave out line"))
    flow = flows.get(output.from_.value)
    if flow is None or flow.lost or output.line.value in flow.broken:
        return
    (field,) = flow.fields([output.line])
    if field.type is not FieldType.STRING:
        next_step = f"write CAST({field.name} AS string) in a map step before"
        raise Invalid(Problem("what leaves must be a text", output.line.where, "string", field.type.value, next_step))
    if not field.required:
        next_step = f"write coalesce({field.name}, '') in a map step before"
        raise Invalid(
            Problem("what leaves may be NULL", output.line.where, "a text that is always there", "", next_step)
        )
