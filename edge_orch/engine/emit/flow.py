"""From one step to the next: its outputs, then every step that takes its records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_orch.engine.emit.aggregate import emit_aggregate
from edge_orch.engine.emit.alert import emit_alert
from edge_orch.engine.emit.deadband import emit_deadband
from edge_orch.engine.emit.dedupe import emit_dedupe
from edge_orch.engine.emit.explode import emit_explode
from edge_orch.engine.emit.filter import emit_filter
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.emit.lag import emit_lag
from edge_orch.engine.emit.latest import emit_latest
from edge_orch.engine.emit.lookup import emit_lookup
from edge_orch.engine.emit.map import emit_map
from edge_orch.engine.emit.mask import emit_mask
from edge_orch.engine.emit.moving import emit_moving
from edge_orch.engine.emit.output import emit_output
from edge_orch.engine.emit.parse import emit_parse
from edge_orch.engine.emit.route import emit_route
from edge_orch.engine.emit.running import emit_running
from edge_orch.engine.emit.sample import emit_sample
from edge_orch.engine.emit.throttle import emit_throttle
from edge_orch.engine.emit.union import emit_arrival, emit_joins, emit_lists
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import (
    Aggregate,
    Alert,
    Deadband,
    Dedupe,
    Explode,
    Filter,
    Lag,
    Latest,
    Lookup,
    Map,
    Mask,
    Moving,
    Parse,
    Route,
    Running,
    Sample,
    Sort,
    Step,
    Throttle,
    Union,
)


def emit_flow(generator: Generator, function: FunctionWriter, step: Step, scope: Scope) -> None:
    """What happens to a record that `step` passes on. A branch of a route comes as a step of the branch's name."""
    emit_output(generator, function, step, scope)
    emit_lists(generator, function, step.name)
    for child in generator.graph.children(step.name):
        function.body.line(f"# {type(child).__name__.lower()} {child.name!r}")
        if isinstance(child, Union):
            emit_arrival(generator, function, child, scope, emit_flow, port=step.name)
        else:
            _emit_step(generator, function, child, scope)
    emit_joins(generator, function, step.name, scope, emit_flow)


def _emit_step(generator: Generator, function: FunctionWriter, step: Step, scope: Scope) -> None:
    if isinstance(step, Alert):
        emit_alert(generator, function, step, scope)
    else:
        _EMITTERS[type(step)](generator, function, step, scope, emit_flow)


def _emit_sort(generator: Generator, function: FunctionWriter, step: Sort, scope: Scope, flow: Flow) -> None:
    from edge_orch.engine.emit.sort import emit_sort  # noqa: PLC0415 -- few jobs need it

    emit_sort(generator, function, step, scope, flow)


# A schematize step takes the source only.
_EMITTERS: dict[type, Callable[[Generator, FunctionWriter, Any, Scope, Flow], None]] = {
    Filter: emit_filter,
    Map: emit_map,
    Route: emit_route,
    Mask: emit_mask,
    Dedupe: emit_dedupe,
    Deadband: emit_deadband,
    Throttle: emit_throttle,
    Sample: emit_sample,
    Lag: emit_lag,
    Latest: emit_latest,
    Moving: emit_moving,
    Running: emit_running,
    Sort: _emit_sort,
    Parse: emit_parse,
    Explode: emit_explode,
    Lookup: emit_lookup,
    Aggregate: emit_aggregate,
}
