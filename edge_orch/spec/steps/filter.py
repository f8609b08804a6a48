"""`filter: temp_c > 0`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.spec.leaves import Sql
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc


class Filter(Model, frozen=True):
    """Pass the records for which the condition is true; NULL does not pass."""

    inline: ClassVar[bool] = True
    example: ClassVar[str] = "filter: temp_c > 50 AND sensor LIKE 'press-%'"
    condition: Annotated[Sql, Doc("a condition")]
