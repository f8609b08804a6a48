"""`aggregate`: a record is appended to the lanes of its key's cell in its window; rows come out in a function of their
own, whenever the windows say.
"""

from __future__ import annotations

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.guard import Flow, guarded
from edge_orch.engine.emit.lanes import LaneCode, plan_lanes
from edge_orch.engine.emit.rows import emit_rows
from edge_orch.engine.emit.timed import dated, refresh, watermark
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope
from edge_orch.engine.windows import BUFFERED, Windows
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Aggregate

_LATE = repr("late: its window has closed")


def emit_aggregate(generator: Generator, function: FunctionWriter, step: Aggregate, scope: Scope, flow: Flow) -> None:
    """The code of one record, and the function for rows."""
    number = generator.number(step)
    expressions = generator.expressions(function, scope)
    lanes, layout = plan_lanes(generator, expressions, step, scope)
    emit_rows(generator, step, scope, flow)
    children = [generator.stateful[child.name] for child in generator.graph.timed(step.name)]
    windows = Windows(step, layout, children)
    generator.stateful[step.name] = windows
    name = generator.names.bind("windows", windows)
    late = function.counter(f"late{number}")
    setup = [line for lane in lanes for line in lane.setup]
    with (
        dated(generator, function, step, scope) as undated,
        guarded(generator, function, step, scope, setup, may_overflow=expressions.may_overflow) as dead,
    ):
        _emit_window(function, step, scope, name, number)
        _emit_cell(generator, function, step, scope, windows=name, lanes=lanes, late=late)
    folded = less(scope.passed, late, dead, undated)
    fates = {"dead": f"{late} + {dead} + {undated}"}
    if step.on_late != "dead_letter":
        fates = {"dead": f"{dead} + {undated}", "filtered": late, "late": late}
    emit_account(generator, function, step, entered=scope.passed, folded=folded, **fates)


def _emit_window(function: FunctionWriter, step: Aggregate, scope: Scope, windows: str, number: int) -> None:
    """Find the window, unless it is the last record's."""
    body, time, size = function.body, scope.time.code, step.window.size_us
    function.initial(f"from{number}", "BEFORE")
    function.initial(f"to{number}", "BEFORE")
    with body.block(f"if not from{number} <= {time} < to{number}:"):
        body.line(f"from{number} = {time} - {time} % {size}")
        body.line(f"to{number} = from{number} + {size}")
        body.line(f"cells{number} = {windows}.cells(from{number}, {watermark(step, scope)})")
        refresh(function, step, scope)


def _emit_cell(
    generator: Generator,
    function: FunctionWriter,
    step: Aggregate,
    scope: Scope,
    *,
    windows: str,
    lanes: list[LaneCode],
    late: str,
) -> None:
    body, number = function.body, generator.number(step)
    cells, cell = f"cells{number}", f"cell{number}"
    codes = [scope.columns[column].code for column in step.by]
    key = codes[0] if len(codes) == 1 else "(" + "".join(f"{code}, " for code in codes) + ")"
    with body.block(f"if {cells} is None:"):
        if step.on_late == "revise":
            body.line(f"{cell} = {windows}.revise(from{number}, {key}, {watermark(step, scope)})")
            with body.block(f"if {cell} is None:"):
                body.line(f"{late} += 1")
            with body.block("else:"):
                _emit_append(function, number, lanes)
                body.line(f"{windows}.revised(from{number}, {key})")
                refresh(function, step, scope)
        else:
            body.line(f"{late} += 1")
            if step.on_late == "dead_letter":
                body.line(scope.kill.format(step=repr(step.name), reason=_LATE, field="''"))
    with body.block("else:"):
        body.line(f"{cell} = {cells}.get({key})")
        with body.block(f"if {cell} is None:"):
            body.line(f"{cell} = {cells}[{key}] = {windows}.cell()")
        _emit_append(function, number, lanes)


def _emit_append(function: FunctionWriter, number: int, lanes: list[LaneCode]) -> None:
    body = function.body
    for place, lane in enumerate(lanes):
        name = f"lane{number}_{place}"
        append = [
            f"{name} = cell{number}[{place}]",
            f"{name}.append({lane.item})",
            f"if len({name}) >= {BUFFERED}: {name}.fold()",
        ]
        if lane.conditions:
            with body.block(f"if {' and '.join(lane.conditions)}:"):
                for line in append:
                    body.line(line)
        else:
            for line in append:
                body.line(line)
