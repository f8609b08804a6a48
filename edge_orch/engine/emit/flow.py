"""From one step to the next: its outputs, then every step that takes its records."""

from __future__ import annotations

from edge_orch.engine.emit.aggregate import emit_aggregate
from edge_orch.engine.emit.alert import emit_alert
from edge_orch.engine.emit.dedupe import emit_dedupe
from edge_orch.engine.emit.explode import emit_explode
from edge_orch.engine.emit.filter import emit_filter
from edge_orch.engine.emit.lookup import emit_lookup
from edge_orch.engine.emit.map import emit_map
from edge_orch.engine.emit.mask import emit_mask
from edge_orch.engine.emit.output import emit_output
from edge_orch.engine.emit.route import emit_route
from edge_orch.engine.emit.sample import emit_sample
from edge_orch.engine.emit.throttle import emit_throttle
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import (
    Aggregate,
    Alert,
    Dedupe,
    Explode,
    Filter,
    Lookup,
    Map,
    Mask,
    Route,
    Sample,
    Schematize,
    Step,
    Throttle,
)


def emit_flow(generator: Generator, function: FunctionWriter, step: Step, scope: Scope) -> None:
    """What happens to a record that `step` passes on. A branch of a route comes as a step of the branch's name."""
    emit_output(generator, function, step, scope)
    for child in generator.graph.children(step.name):
        function.body.line(f"# {type(child).__name__.lower()} {child.name!r}")
        _emit_step(generator, function, child, scope)


def _emit_step(generator: Generator, function: FunctionWriter, step: Step, scope: Scope) -> None:
    match step:
        case Filter():
            emit_filter(generator, function, step, scope, emit_flow)
        case Map():
            emit_map(generator, function, step, scope, emit_flow)
        case Route():
            emit_route(generator, function, step, scope, emit_flow)
        case Mask():
            emit_mask(generator, function, step, scope, emit_flow)
        case Dedupe():
            emit_dedupe(generator, function, step, scope, emit_flow)
        case Throttle():
            emit_throttle(generator, function, step, scope, emit_flow)
        case Sample():
            emit_sample(generator, function, step, scope, emit_flow)
        case Explode():
            emit_explode(generator, function, step, scope, emit_flow)
        case Lookup():
            emit_lookup(generator, function, step, scope, emit_flow)
        case Aggregate():
            emit_aggregate(generator, function, step, scope, emit_flow)
        case Alert():
            emit_alert(generator, function, step, scope)
        case Schematize():
            raise AssertionError("a schematize step takes the source only")
