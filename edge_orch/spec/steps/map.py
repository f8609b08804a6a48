"""`map: {temp_f: temp_c * 1.8 + 32}`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.spec.leaves import Name, Sql
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc


class Map(Model, frozen=True):
    """Add or replace fields; all expressions see the input record, not each other."""

    inline: ClassVar[bool] = True
    example: ClassVar[str] = """
map:
  temp_f: temp_c * 1.8 + 32
  state: CASE WHEN temp_c > 80 THEN 'hot' ELSE 'ok' END
"""
    assignments: Annotated[dict[Name, Sql], Doc("field: expression")]
