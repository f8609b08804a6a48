"""What passes."""

from __future__ import annotations

import msgspec

from edge_orch.plan.expression import Expression
from edge_orch.plan.schema import Schema


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="filter"):
    """Pass a record when the condition is true; NULL does not pass."""

    name: str
    input: str
    condition: Expression
    schema: Schema
