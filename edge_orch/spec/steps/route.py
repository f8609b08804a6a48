"""`route: {routes: {hot: temp_c > 80, cold: temp_c < 0}, default: rest}`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.spec.leaves import Name, Sql
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc


class Route(Model, frozen=True):
    """Send each record into the first branch whose condition is true; others read a branch with `from: route.hot`."""

    example: ClassVar[str] = """
route:
  routes: {hot: temp_c > 80, cold: temp_c < 0}
  default: normal
"""
    routes: Annotated[dict[Name, Sql], Doc("branch: condition; the first that is true takes the record")]
    default: Annotated[Name | None, Doc("name of the branch for the others; left out: they are filtered out")]
