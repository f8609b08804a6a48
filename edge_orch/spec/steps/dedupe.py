"""`dedupe: {keys: [sensor, ts], within: 10m}`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.spec.amounts import PositiveDuration
from edge_orch.spec.leaves import Name
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc


class Dedupe(Model, frozen=True):
    """Pass the first record of each key and drop those that repeat it within a time."""

    example: ClassVar[str] = "dedupe: {keys: [sensor], within: 10s}"
    keys: Annotated[tuple[Name, ...], Doc("fields that make two records the same")]
    within: Annotated[PositiveDuration, Doc("event time after which a repeated key passes again")]
