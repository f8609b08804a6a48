"""`aggregate`: a record is appended to the lanes of its key's cell in its window (or pane of windows); rows come out in
a function of their own, whenever the windows say.
"""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.guard import Flow, guarded
from edge_orch.engine.emit.lanes import LaneCode, plan_lanes
from edge_orch.engine.emit.rows import emit_rows
from edge_orch.engine.emit.timed import dated, refresh, watermark
from edge_orch.engine.generator import Generator
from edge_orch.engine.room import STATE_LIMIT, WAITING_TEXT
from edge_orch.engine.scope import Scope
from edge_orch.engine.windows.cell import Layout
from edge_orch.engine.windows.frames import pane_us
from edge_orch.engine.windows.kinds import windows_of
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Aggregate
from edge_orch.plan.windows import (
    CalendarWindow,
    CountWindow,
    CycleWindow,
    SessionWindow,
    SlidingWindow,
    TumblingWindow,
)

_LATE = repr("late: its window has closed")


def emit_aggregate(generator: Generator, function: FunctionWriter, step: Aggregate, scope: Scope, flow: Flow) -> None:
    """The code of one record, and the function for rows."""
    number = generator.number(step)
    expressions = generator.expressions(function, scope)
    lanes, layout = plan_lanes(generator, expressions, step.compute, scope)
    emit_rows(generator, step, layout, scope, flow)
    children = [generator.stateful[child.name] for child in generator.graph.timed(step.name)]
    windows = windows_of(step, layout, children, generator.room(step))
    generator.stateful[step.name] = windows
    name = generator.names.bind("windows", windows)
    late, refused = function.counter(f"late{number}"), function.counter(f"refused{number}")
    setup = [line for lane in lanes for line in lane.setup]
    if isinstance(step.window, CycleWindow):
        for word, condition in (("begins", step.window.begin), ("ends", step.window.end)):
            setup.append(f"{word}{number} = {expressions.true(condition) if condition is not None else False}")
    with (
        dated(generator, function, step, scope) as undated,
        guarded(generator, function, step, scope, setup, may_overflow=expressions.may_overflow) as dead,
    ):
        record = _Record(generator, function, step, scope, name, lanes, layout, late, refused)
        match step.window:
            case SessionWindow():
                _emit_session(record)
            case CountWindow():
                _emit_counted(record)
            case CycleWindow():
                _emit_cycle(record)
            case CalendarWindow():
                _emit_aligned(record, None)
            case SlidingWindow(size_us, every_us):
                _emit_aligned(record, pane_us(size_us, every_us))
            case TumblingWindow(size_us):
                _emit_aligned(record, step.early_us if isinstance(step.early_us, int) else size_us)
    folded = less(scope.passed, late, dead, undated, refused)
    fates = {"dead": f"{late} + {dead} + {undated} + {refused}"}
    if isinstance(step.window, CycleWindow):
        fates = {"dead": f"{dead} + {undated} + {refused}", "filtered": late}
    elif step.on_late != "dead_letter":
        fates = {"dead": f"{dead} + {undated} + {refused}", "filtered": late, "late": late}
    emit_account(generator, function, step, entered=scope.passed, folded=folded, **fates)
    function.epilogue.line(f"{name}.appended({folded})")


class _Record(msgspec.Struct, frozen=True):
    """The step, and what its code calls things."""

    generator: Generator
    function: FunctionWriter
    step: Aggregate
    scope: Scope
    windows: str
    lanes: list[LaneCode]
    layout: Layout
    late: str
    refused: str

    @property
    def number(self) -> int:
        """The number in the names of the step's variables."""
        return self.generator.number(self.step)

    @property
    def key(self) -> str:
        """Code of the key: one column's value, or a tuple."""
        codes = [self.scope.columns[column].code for column in self.step.by]
        return codes[0] if len(codes) == 1 else "(" + "".join(f"{code}, " for code in codes) + ")"

    @property
    def watermark(self) -> str:
        """Code of the watermark at this record."""
        return watermark(self.step, self.scope)

    def refresh(self) -> None:
        """Write: something may be due earlier now."""
        refresh(self.function, self.step, self.scope)


def _emit_pane(record: _Record, length_us: int | None) -> None:
    """Find the cells of the record's pane, unless it is the last record's. `length_us`: of a pane, if all are alike."""
    function, step, number, windows = record.function, record.step, record.number, record.windows
    body, time, pane = function.body, record.scope.time, f"pane{number}"
    function.initial(f"from{number}", "BEFORE")
    function.initial(f"to{number}", "BEFORE")
    with body.block(f"if not from{number} <= {time.real or time.code} < to{number}:"):
        end = f"end{number}"
        if length_us is None:
            body.line(f"{pane}, {end} = {windows}.pane({time.code})")
        else:
            body.line(f"{pane} = {time.code} // {length_us} * {length_us}")
            end = f"{pane} + {length_us}"
        bounds = f"first_real({pane}), first_real({end})" if time.real else f"{pane}, {end}"
        body.line(f"from{number}, to{number} = {bounds}")
        body.line(f"cells{number} = {windows}.cells({pane}, {record.watermark})")
        if step.on_late == "revise":
            body.line(f"closed{number} = {windows}.has_closed({pane}, {record.watermark})")
        record.refresh()


def _emit_aligned(record: _Record, length_us: int | None) -> None:
    """Append to the cell of the key in the record's pane."""
    _emit_pane(record, length_us)
    body, number, windows, key = record.function.body, record.number, record.windows, record.key
    cells, cell = f"cells{number}", f"cell{number}"
    with body.block("try:"):
        body.line(f"{cell} = {cells}[{key}]")
    with body.block("except KeyError:"):
        with body.block(f"if {cells} is CLOSED:"):
            _emit_late(record)
        with body.block("else:"):
            body.line(f"{cell} = {windows}.add({cells}, {key})")
            with body.block(f"if {cell} is None:"):
                _emit_refused(record)
            with body.block("else:"):
                _emit_append(record)
                _emit_revised(record)
    with body.block("else:"):
        _emit_append(record)
        _emit_revised(record)


def _emit_revised(record: _Record) -> None:
    """Say that a window which had closed has changed."""
    if record.step.on_late == "revise":
        with record.function.body.block(f"if closed{record.number}:"):
            record.function.body.line(
                f"{record.windows}.revised(pane{record.number}, {record.key}, {record.watermark})"
            )
            record.refresh()


def _emit_session(record: _Record) -> None:
    body, cell, windows = record.function.body, f"cell{record.number}", record.windows
    body.line(f"{cell} = {windows}.cell_at({record.key}, {record.scope.time.code}, {record.watermark})")
    with body.block(f"if {cell} is None:"):
        with body.block(f"if {windows}.refused:"):
            _emit_refused(record)
        with body.block("else:"):
            _emit_late(record)
    with body.block("else:"):
        _emit_append(record)
        if record.scope.clocks:
            with body.block(f"if {windows}.began:"):
                record.refresh()


def _emit_counted(record: _Record) -> None:
    body, windows = record.function.body, record.windows
    body.line(f"cell{record.number} = {windows}.cell_at({record.key}, {record.scope.time.code})")
    with body.block(f"if cell{record.number} is None:"):
        _emit_refused(record)
    with body.block("else:"):
        _emit_append(record)
    with body.block(f"if {windows}.full:"):
        body.line(f"{windows}.complete({record.key}, {record.watermark})")
        record.refresh()


def _emit_cycle(record: _Record) -> None:
    """A record between two cycles is counted as late ones are: no window takes it."""
    body, number, windows, key = record.function.body, record.number, record.windows, record.key
    body.line(f"cell{number} = {windows}.cell_at({key}, {record.scope.time.code}, begins{number}, {record.watermark})")
    with body.block(f"if cell{number} is None:"):
        with body.block(f"if {windows}.refused:"):
            _emit_refused(record)
        with body.block("else:"):
            body.line(f"{record.late} += 1")
    with body.block("else:"):
        _emit_append(record)
        with body.block(f"if ends{number}:"):
            body.line(f"{windows}.complete({key}, {record.watermark})")
    if record.scope.clocks:
        with body.block(f"if ends{number} or {windows}.changed:"):
            record.refresh()


def _emit_refused(record: _Record) -> None:
    record.function.body.line(f"{record.refused} += 1")
    reason = repr(STATE_LIMIT)
    record.function.body.line(record.scope.kill.format(step=repr(record.step.name), reason=reason, field="''"))


def _emit_late(record: _Record) -> None:
    record.function.body.line(f"{record.late} += 1")
    if record.step.on_late == "dead_letter":
        record.function.body.line(record.scope.kill.format(step=repr(record.step.name), reason=_LATE, field="''"))


def _emit_append(record: _Record) -> None:
    body, cell = record.function.body, f"cell{record.number}"
    sizes = record.layout.sizes(0)
    for place, (lane, grows) in enumerate(zip(record.lanes, record.layout.growing, strict=True)):
        lines = [f"{cell}[{place}].append({lane.item})"]
        if grows:
            lines.append(f"if len({cell}[{place}]) >= {sizes[place]}: {record.windows}.grow({cell}, {place})")
        if lane.texts:
            length = " + ".join(f"len({text})" for text in lane.texts)
            lines.append(f"if {length} > {WAITING_TEXT}: {record.windows}.shorten({cell}, {place})")
        if lane.conditions:
            with body.block(f"if {' and '.join(lane.conditions)}:"):
                for line in lines:
                    body.line(line)
        else:
            for line in lines:
                body.line(line)
