"""What schematize makes of a payload."""

from __future__ import annotations

from typing import Any

from edge_orch.engine.records import DeadLetter
from edge_orch.plan.formats import Format
from edge_orch.plan.steps import ParsedField
from tests.unit.engine.plans import batch, pipeline, plan, rows, schematize


def read(payload: Any, *fields: ParsedField, kind: Format | None = None, **options: Any) -> tuple[Any, Any]:
    """The rows and the dead letters; every record is one or the other."""
    emission = pipeline(plan(schematize(*fields, kind=kind))).process(batch(payload, **options))
    count = emission.counts.get("parse")
    if count:
        assert count.entered == count.passed + count.dead
        assert (count.passed, count.dead) == (len(rows(emission)), len(emission.dead))
    return rows(emission), emission.dead


def reasons(dead: list[DeadLetter]) -> list[tuple[int, str, str]]:
    """Position, field and reason of each."""
    return [(letter.position, letter.field, letter.reason) for letter in dead]
