"""`select: [ts, sensor]`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.spec.leaves import Name
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc


class Select(Model, frozen=True):
    """Keep these fields, in this order."""

    inline: ClassVar[bool] = True
    example: ClassVar[str] = "select: [sensor, ts]"
    fields: Annotated[tuple[Name, ...], Doc("fields to keep")]
