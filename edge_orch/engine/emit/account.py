"""The account of a step, at the end of each call.

What only `process` counts of a step is made at once. Where rows of windows, or what a state gives up, are counted too,
all is added up until it is asked for.
"""

from __future__ import annotations

from edge_orch.engine.generator import KEEPERS, MAIN, Generator
from edge_orch.engine.records import StepCount
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Step

NONE = "0"


def less(total: str, *counters: str) -> str:
    """Code of `total` without what the counters counted."""
    rest = [counter for counter in counters if counter != NONE]
    return f"({' - '.join([total, *rest])})" if rest else total


def emit_account(generator: Generator, function: FunctionWriter, step: Step, **amounts: str) -> None:
    """Add amounts (integer expressions valid at the end of the function) to the step's account."""
    sums = {name: _sum(amount) for name, amount in amounts.items()}
    if function.name == MAIN and not isinstance(step, KEEPERS):
        fields = StepCount.__struct_fields__
        values = [sums.get(name, NONE) for name in fields]
        while values[-1] == NONE:
            values.pop()
        with function.epilogue.block(f"if {sums['entered']}:"):
            function.epilogue.line(f"counts[{step.name!r}] = StepCount({', '.join(values)})")
        return
    count = generator.count(step)
    for name, amount in sums.items():
        if amount != NONE:
            function.epilogue.line(f"{count}.{name} += {amount}")


def _sum(amount: str) -> str:
    return " + ".join(term for term in amount.split(" + ") if term != NONE) or NONE
