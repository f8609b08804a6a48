"""Content-based routing."""

from __future__ import annotations

import msgspec

from edge_orch.plan.expression import Expression
from edge_orch.plan.schema import Schema


class Branch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """A way out of a `route`; its records are taken under `step.name`."""

    name: str
    condition: Expression


class Route(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="route"):
    """Each record goes to the first branch whose condition is true, else to `default`, else nowhere."""

    name: str
    input: str
    branches: tuple[Branch, ...]
    schema: Schema
    default: str | None = None
