"""`moving: {keys: [sensor], last: 10, compute: {avg_c: avg(temp_c)}}`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.spec.amounts import PositiveDuration
from edge_orch.spec.leaves import Integer, Name, Sql
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc


class Records(Integer, frozen=True):
    """A number of records that are looked at again for each one that comes."""

    minimum: ClassVar[int] = 1
    maximum: ClassVar[int] = 1000


class Moving(Model, frozen=True):
    """Add aggregates of the last records of the same key, this one included, to each record: moving averages and such.

    As SQL's OVER (PARTITION BY … ROWS BETWEEN … PRECEDING AND CURRENT ROW), in the order in which records come.
    """

    example: ClassVar[str] = "moving: {keys: [sensor], last: 10, compute: {avg_c: avg(temp_c), n: count(*)}}"
    keys: Annotated[tuple[Name, ...], Doc("fields that tell series apart; left out: one series of all", default="[]")]
    last: Annotated[Records, Doc("how many records at most, this one included", default="1000")]
    within: Annotated[PositiveDuration, Doc("a record longer ago, in event time, counts no more", default="1d")]
    compute: Annotated[dict[Name, Sql], Doc("new field: aggregate, such as {avg_c: avg(temp_c)}")]
