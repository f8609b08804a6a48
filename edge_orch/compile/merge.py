"""Outputs of which an object leaves, with the fields of the record in it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from edge_orch.compile.flow import Flow
from edge_orch.errors import Invalid, Location, Problem
from edge_orch.plan.plan import DEAD_LETTERS, Merge, Path
from edge_orch.plan.schema import FieldType
from edge_orch.spec.job import Output
from edge_orch.spec.leaves import Name


def compile_merge(output: Output, flows: Mapping[str, Flow]) -> Merge | None:
    """What leaves of the output's records; None where too little is known of them. Raises `Invalid`.

    A field that was read from the object and is what it was stays as it came; one that has another value by now is
    set where it stood, one that is gone is removed there. Others are set under their names, and all are so where the
    record is only to leave without what is NULL.
    """
    where = output.merge_into.where if output.merge_into else output.omit_nulls.where
    if output.line is not None:
        next_step = "leave out one of them"
        raise Invalid(Problem("what leaves is a line or an object", where, "", "both", next_step))
    if output.merge_into and output.omit_nulls.value:
        next_step = "leave out omit_nulls"
        raise Invalid(Problem("merge_into sets no NULL", output.omit_nulls.where, next_step=next_step))
    if output.from_.value == DEAD_LETTERS:
        next_step = "leave out merge_into" if output.merge_into else "leave out omit_nulls"
        raise Invalid(Problem("dead letters leave as JSON", where, next_step=next_step))
    flow = flows.get(output.from_.value)
    if flow is None or flow.lost or flow.broken:
        return None
    holder = output.merge_into
    if holder is None:
        return Merge(None, tuple(((name,), name) for name in flow.schema.names))
    _check_holder(holder, flow)
    known = flow.homes.paths.get(holder.value, {})
    if known is None:
        what = f"the branches that meet in `{output.from_.value}` read different fields of `{holder.value}`"
        raise Invalid(Problem(what, holder.where, next_step="give each branch an output of its own"))
    values = {
        field.name: known.get(field.name, (field.name,))
        for field in flow.schema.fields
        if field.name != holder.value and (field.name not in known or field.name in flow.homes.changed)
    }
    _check_places(values, holder.where)
    names = {field.name for field in flow.schema.fields}
    removed = tuple(path for name, path in known.items() if name not in names)
    # What stands in an object comes behind it: else the object would take its place.
    ordered = sorted(values.items(), key=lambda value: len(value[1]))
    return Merge(holder.value, tuple((path, name) for name, path in ordered), removed)


def _check_holder(holder: Name, flow: Flow) -> None:
    next_step = "for the record as it came, declare {type: json, path: $} and name that field"
    try:
        (field,) = flow.fields([holder])
    except Invalid as error:
        problems = [each if each.next_step else replace(each, next_step=next_step) for each in error.problems]
        raise Invalid(*problems) from None
    if field.type is not FieldType.STRING:
        raise Invalid(Problem("not the text of an object", holder.where, "json or string", field.type.value, next_step))


def _check_places(values: Mapping[str, Path], where: Location) -> None:
    taken: dict[Path, str] = {}
    for name, path in values.items():
        other = taken.setdefault(path, name)
        if other != name:
            what = f"`{other}` and `{name}` are both to stand at `{'.'.join(path)}`"
            raise Invalid(Problem(what, where, next_step=f"drop one of them, or map {name} to another name"))
