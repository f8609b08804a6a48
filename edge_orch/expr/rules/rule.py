"""The shape of a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_orch.plan.expression import Expression

# Takes the `Checker` and a node of its kind. `Any`: the checker imports the rules, and a table cannot say which class
# belongs to which name.
Rule = Callable[[Any, Any], Expression]
