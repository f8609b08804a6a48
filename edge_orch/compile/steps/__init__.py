"""One compiler a kind of step: its spec and what flows in → the plan's step and what flows out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.steps.aggregate import compile_aggregate
from edge_orch.compile.steps.alert import compile_alert
from edge_orch.compile.steps.deadband import compile_deadband
from edge_orch.compile.steps.dedupe import compile_dedupe
from edge_orch.compile.steps.drop import compile_drop
from edge_orch.compile.steps.explode import compile_explode
from edge_orch.compile.steps.filter import compile_filter
from edge_orch.compile.steps.lag import compile_lag
from edge_orch.compile.steps.latest import compile_latest
from edge_orch.compile.steps.lookup import compile_lookup
from edge_orch.compile.steps.map import compile_map
from edge_orch.compile.steps.mask import compile_mask
from edge_orch.compile.steps.moving import compile_moving
from edge_orch.compile.steps.parse import compile_parse
from edge_orch.compile.steps.route import compile_route
from edge_orch.compile.steps.running import compile_running
from edge_orch.compile.steps.sample import compile_sample
from edge_orch.compile.steps.schematize import compile_schematize
from edge_orch.compile.steps.select import compile_select
from edge_orch.compile.steps.sort import compile_sort
from edge_orch.compile.steps.throttle import compile_throttle
from edge_orch.spec import steps as spec

# Compilers raise `Invalid` when nothing can be said about what they pass on.
COMPILERS: dict[type, Callable[[Any, StepContext], Compiled]] = {
    spec.Schematize: compile_schematize,
    spec.Enrich: compile_map,
    spec.Map: compile_map,
    spec.Select: compile_select,
    spec.Drop: compile_drop,
    spec.Throttle: compile_throttle,
    spec.Sample: compile_sample,
    spec.Lookup: compile_lookup,
    spec.Parse: compile_parse,
    spec.Explode: compile_explode,
    spec.Mask: compile_mask,
    spec.Filter: compile_filter,
    spec.Route: compile_route,
    spec.Dedupe: compile_dedupe,
    spec.Deadband: compile_deadband,
    spec.Lag: compile_lag,
    spec.Latest: compile_latest,
    spec.Moving: compile_moving,
    spec.Running: compile_running,
    spec.Sort: compile_sort,
    spec.Aggregate: compile_aggregate,
    spec.Alert: compile_alert,
}
