"""`lag: {keys: [sensor], fields: {prev_c: temp_c, prev_ts: ts}, within: 1h}`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.spec.amounts import PositiveDuration
from edge_orch.spec.leaves import Name
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc
from edge_orch.spec.steps.moving import Records


class Lag(Model, frozen=True):
    """Add fields of the record before it of the same key, as SQL's LAG: for rates, changes, how long a state lasted."""

    example: ClassVar[str] = "lag: {keys: [sensor], fields: {prev_c: temp_c, prev_ts: ts}, within: 10m}"
    keys: Annotated[tuple[Name, ...], Doc("fields that tell series apart; left out: one series of all", default="[]")]
    fields: Annotated[dict[Name, Name], Doc("new field: field of the record before")]
    offset: Annotated[Records, Doc("how many records before: 2 for the one before the last", default="1")]
    within: Annotated[
        PositiveDuration, Doc("a record longer ago, in event time, is none before this one", default="1d")
    ]
