"""Fields that a step adds to those that came, by one call a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.guard import Flow, guarded
from edge_orch.engine.emit.timed import dated
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.timers import Memory, MemoryTimer
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Lag, Latest, Moving, Running


def emit_added(
    generator: Generator,
    function: FunctionWriter,
    step: Lag | Latest | Moving | Running,
    scope: Scope,
    flow: Flow,
    *,
    added: dict[str, Symbol],
    call: str,
    setup: Sequence[str] = (),
    may_overflow: bool = False,
) -> None:
    """`call` gives the new fields' values in order. `setup` runs before it, and may meet an integer overflow."""
    variables = "".join(f"{symbol.code}, " for symbol in added.values())
    with (
        dated(generator, function, step, scope) as undated,
        guarded(generator, function, step, scope, setup, may_overflow=may_overflow) as dead,
    ):
        function.body.line(f"{variables.rstrip()} = {call}")
        passed = less(scope.passed, undated, dead)
        below = msgspec.structs.replace(scope, columns=scope.columns | added, passed=passed, carrier=None)
        flow(generator, function, step, below)
    emit_account(generator, function, step, entered=scope.passed, passed=passed, dead=f"{undated} + {dead}")


def emit_repeated(
    generator: Generator,
    function: FunctionWriter,
    step: Lag | Latest,
    scope: Scope,
    flow: Flow,
    *,
    memory: Memory,
    told: Callable[..., Any],
) -> None:
    """New fields are what `told` of the memory tells of others, by key, time and the values of this record."""
    generator.stateful[step.name] = MemoryTimer(memory, sweep_us(step))
    tell = generator.names.bind(told.__name__, told)
    added = {
        name: Symbol(generator.names.fresh("f"), scope.columns[of].type, nullable=True) for name, of in step.fields
    }
    values = listed(scope, (of for _, of in step.fields))
    call = f"{tell}(({listed(scope, step.keys)}), {scope.time.code}, ({values}))"
    emit_added(generator, function, step, scope, flow, added=added, call=call)


def sweep_us(step: Lag | Latest | Moving) -> int:
    """How often the step's memory is swept, in microseconds of event time."""
    return max(1, step.within_us // 8)


def listed(scope: Scope, columns: Iterable[str]) -> str:
    """Code of the inside of a tuple of these columns."""
    return "".join(f"{scope.columns[name].code}, " for name in columns)
