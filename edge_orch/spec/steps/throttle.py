"""`throttle: {threshold: 5, window: 1m, keys: [sensor]}`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.spec.amounts import PositiveDuration
from edge_orch.spec.leaves import Integer, Name
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc


class Threshold(Integer, frozen=True):
    """A number of records."""

    minimum: ClassVar[int] = 1


class Throttle(Model, frozen=True):
    """Pass the first records of each key in each window of event time, and drop what is more."""

    example: ClassVar[str] = "throttle: {threshold: 1, window: 10s, keys: [sensor]}"
    threshold: Annotated[Threshold, Doc("how many may pass")]
    window: Annotated[PositiveDuration, Doc("in how long, one window after the other, aligned to the Unix epoch")]
    keys: Annotated[tuple[Name, ...], Doc("fields that have a quota each; left out: one for all", default="[]")]
