"""The computed columns of a row, of the cell that it is made of.

Most cells hold few values, and no accumulators yet. Of those the columns are worked out in place, each lane's together:
sums first, of which some depend on the order of values where they leave the range of floats on their way; then what
needs the lane in order, so that it is sorted once and its ends are its extremes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edge_orch.engine.accumulators.factory import fraction
from edge_orch.engine.accumulators.quantile import Ranks
from edge_orch.engine.generator import Generator
from edge_orch.engine.windows.cell import Layout
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Aggregate, Aggregation


def emit_computed(
    generator: Generator, function: FunctionWriter, step: Aggregate, layout: Layout, variables: Sequence[str]
) -> None:
    """Set the variables, one for each computed column, from `cell`; any other cell's by `Layout.values`."""
    body, targets = function.body, "".join(f"{variable}, " for variable in variables)
    computed = generator.names.bind("computed", layout.values)
    lanes = range(len(layout.lanes))
    body.line(f"{''.join(f'values{lane}, ' for lane in lanes)}held = cell")
    few = [f"0 < len(values{lane}) < held.buffered[{lane}]" for lane in lanes]
    with body.block(f"if {' and '.join(['held.made is None', *few])}:"):
        for lane in lanes:
            for line in _lane(generator, step, layout, lane, variables):
                body.line(line)
    with body.block("else:"):
        body.line(f"{targets}= {computed}(cell)")


def _lane(generator: Generator, step: Aggregate, layout: Layout, lane: int, variables: Sequence[str]) -> Iterator[str]:
    """The lines that compute all columns of one lane, which is not empty."""
    mine = [place for place, (_, of) in enumerate(layout.wholes) if of == lane]
    functions = [step.compute[place].function for place in mine]
    ordered = "quantile" in functions
    values = f"values{lane}"
    late: list[str] = []
    for place, name in zip(mine, functions, strict=True):
        variable = variables[place]
        match name:
            case "count":
                yield f"{variable} = len({values})"
            case "min" | "max" if step.compute[place].argument is None:
                end = f"{values}[{0 if name == 'min' else -1}]"
                late.append(f"{variable} = {end if ordered else f'{name}({values})'}")
            case "quantile":
                late += _quantile(generator, step.compute[place], values, variable)
            case _:
                yield f"{variable} = {generator.names.bind('whole', layout.wholes[place][0])}({values})"
    if ordered:
        yield f"{values}.sort()"
    yield from late


def _quantile(generator: Generator, aggregation: Aggregation, values: str, variable: str) -> list[str]:
    ranks = generator.names.bind("ranks", Ranks(fraction(aggregation)))
    return [
        f"low, high, part = {ranks}[len({values})]",
        f"{variable} = {values}[low] + ({values}[high] - {values}[low]) * part",
        f"if not -INF < {variable} < INF: {variable} = None",
    ]
