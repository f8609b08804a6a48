"""What each kind of syntax node means: sqlglot's class name → the rule that types it."""

from __future__ import annotations

from edge_orch.expr.rules import arithmetic, calls, choices, logic, names
from edge_orch.expr.rules.rule import Rule

RULES: dict[str, Rule] = {
    **names.RULES,
    **logic.RULES,
    **arithmetic.RULES,
    **choices.RULES,
    **calls.RULES,
}
