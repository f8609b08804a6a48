"""`enrich`, `map`, `select`, `drop`: what columns a record has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from edge_orch.spec.leaves import Name, Sql
from edge_orch.spec.reading import Doc


@dataclass(frozen=True)
class Map:
    """Add or replace fields; all expressions see the input record, not each other."""

    inline: ClassVar[bool] = True
    assignments: Annotated[dict[Name, Sql], Doc("field: expression")]


@dataclass(frozen=True)
class Enrich(Map):
    """Add fields from the device and the source; the same as `map`, said with its purpose."""


@dataclass(frozen=True)
class Select:
    """Keep these fields, in this order."""

    inline: ClassVar[bool] = True
    fields: Annotated[tuple[Name, ...], Doc("fields to keep")]


@dataclass(frozen=True)
class Drop:
    """Remove these fields."""

    inline: ClassVar[bool] = True
    fields: Annotated[tuple[Name, ...], Doc("fields to remove")]
