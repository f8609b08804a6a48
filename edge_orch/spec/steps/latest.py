"""`latest: {keys: [machine], fields: {recipe: recipe_set}, within: 8h}`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.spec.amounts import PositiveDuration
from edge_orch.spec.leaves import Name
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc


class Latest(Model, frozen=True):
    """Add the latest value that a field had in this record or one before it of the same key, NULLs passed over.

    What comes now and then, such as a recipe or a state from another topic, so stands in every record.
    """

    example: ClassVar[str] = "latest: {keys: [machine], fields: {recipe: recipe_set}, within: 8h}"
    sample: ClassVar[str] = """
{"ts": "2026-01-01T00:00:00Z", "machine": "press-1", "recipe_set": "A7"}
{"ts": "2026-01-01T00:00:04Z", "machine": "press-1", "temp_c": 90.0}
{"ts": "2026-01-01T09:00:00Z", "machine": "press-1", "temp_c": 95.5}
"""
    keys: Annotated[tuple[Name, ...], Doc("fields that tell series apart; left out: one series of all", default="[]")]
    fields: Annotated[dict[Name, Name], Doc("new field: field whose latest value it has")]
    within: Annotated[PositiveDuration, Doc("an older value, in event time, counts no more", default="1d")]
