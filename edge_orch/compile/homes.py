"""Where fields stand in the objects that they were read from, and which of them say something else by now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from edge_orch.compile.bounds import made_by
from edge_orch.plan import steps as plan
from edge_orch.plan.formats import DocumentFormat, Format, JsonFormat
from edge_orch.plan.plan import Path
from edge_orch.plan.schema import FieldType
from edge_orch.spec.steps import Aggregate, Alert

_NESTED = JsonFormat | DocumentFormat


class Homes(msgspec.Struct, frozen=True):
    """`paths`: by the field that holds an object, where each field that was read from it stands there; None: branches
    that met here read it in different ways. `changed`: fields that may have another value than the object has.
    """

    paths: Mapping[str, Mapping[str, Path] | None] = {}
    changed: frozenset[str] = frozenset()


NO_HOMES = Homes()


def homes_after(body: object, step: plan.Step | None, before: Homes) -> Homes:
    """The homes of what a step passes on; `step`: what it was compiled to, if it is sound."""
    if isinstance(body, Aggregate | Alert):
        return NO_HOMES
    if isinstance(step, plan.Schematize):
        return Homes(_inside(step.format, step.fields), _read_as(step.format, step.fields))
    made = frozenset(name.value for name in made_by(body))
    if not isinstance(step, plan.Parse):
        return Homes(before.paths, before.changed | made)
    # What another text is read to has no home in the object that the text came from.
    paths = {holder: known for holder, known in before.paths.items() if holder not in made}
    if isinstance(step.format, JsonFormat) and not step.others and step.field not in made:
        paths[step.field] = {field.name: field.path for field in step.fields}
    return Homes(
        paths | _inside(step.format, step.fields), (before.changed - made) | _read_as(step.format, step.fields)
    )


def homes_together(branches: Sequence[tuple[Collection[str], Homes]]) -> Homes:
    """Those of records that came by any of the branches; of each are given its fields, and their homes."""
    holders = {holder for _, homes in branches for holder in homes.paths}
    paths = {holder: [homes.paths.get(holder) for _, homes in branches] for holder in holders}
    read = {name for known in paths.values() for each in known if each for name in each}
    some = {name for name in read if len({name in fields for fields, _ in branches}) > 1}
    return Homes(
        {holder: known[0] if all(each == known[0] for each in known) else None for holder, known in paths.items()},
        frozenset(some).union(*(homes.changed for _, homes in branches)),
    )


def _inside(format_: Format, fields: Sequence[plan.ParsedField]) -> dict[str, Mapping[str, Path]]:
    """Fields that hold an object, and where in it the others were read."""
    found: dict[str, Mapping[str, Path]] = {}
    nested = isinstance(format_, _NESTED)
    for holder in fields:
        if holder.json and not (nested or holder.path):  # of names and values: names may have dots in them
            found[holder.name] = {field.name: (".".join(field.path),) for field in fields if field is not holder}
        elif holder.json:
            length = len(holder.path)
            inner = {field.name: field.path for field in fields if field.path[:length] == holder.path}
            found[holder.name] = {name: path[length:] for name, path in inner.items() if len(path) > length}
    return found


def _read_as(format_: Format, fields: Sequence[plan.ParsedField]) -> frozenset[str]:
    """Fields that may be something else than the object has: by a default, or where all it has are texts."""
    texts = not isinstance(format_, _NESTED)
    return frozenset(
        field.name
        for field in fields
        if field.default is not None or (texts and (field.type is not FieldType.STRING or field.nulls))
    )
