"""`drop: [note]`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.spec.leaves import Name
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc


class Drop(Model, frozen=True):
    """Remove these fields."""

    inline: ClassVar[bool] = True
    example: ClassVar[str] = "drop: [temp_c]"
    fields: Annotated[tuple[Name, ...], Doc("fields to remove")]
