"""The account of a step, added up at the end of each call."""

from __future__ import annotations

from edge_orch.engine.generator import Generator
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Step

NONE = "0"


def less(total: str, *counters: str) -> str:
    """Code of `total` without what the counters counted."""
    rest = [counter for counter in counters if counter != NONE]
    return f"({' - '.join([total, *rest])})" if rest else total


def emit_account(generator: Generator, function: FunctionWriter, step: Step, **amounts: str) -> None:
    """Add amounts (integer expressions valid at the end of the function) to the step's account."""
    count = generator.count(step)
    for name, amount in amounts.items():
        terms = [term for term in amount.split(" + ") if term != NONE]
        if terms:
            function.epilogue.line(f"{count}.{name} += {' + '.join(terms)}")
