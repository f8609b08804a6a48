"""Kinds of steps as written in a job: one module and one entry in `STEPS` each."""

from __future__ import annotations

from typing import Any

from edge_orch.spec.steps.aggregate import Aggregate
from edge_orch.spec.steps.alert import Alert
from edge_orch.spec.steps.deadband import Deadband
from edge_orch.spec.steps.dedupe import Dedupe
from edge_orch.spec.steps.drop import Drop
from edge_orch.spec.steps.enrich import Enrich
from edge_orch.spec.steps.explode import Explode
from edge_orch.spec.steps.filter import Filter
from edge_orch.spec.steps.lag import Lag
from edge_orch.spec.steps.latest import Latest
from edge_orch.spec.steps.lookup import Lookup
from edge_orch.spec.steps.map import Map
from edge_orch.spec.steps.mask import Mask
from edge_orch.spec.steps.moving import Moving
from edge_orch.spec.steps.parse import Parse
from edge_orch.spec.steps.route import Route
from edge_orch.spec.steps.running import Running
from edge_orch.spec.steps.sample import Sample
from edge_orch.spec.steps.schematize import Schematize
from edge_orch.spec.steps.select import Select
from edge_orch.spec.steps.sort import Sort
from edge_orch.spec.steps.throttle import Throttle

STEPS: dict[str, Any] = {
    "schematize": Schematize,
    "enrich": Enrich,
    "map": Map,
    "select": Select,
    "drop": Drop,
    "parse": Parse,
    "explode": Explode,
    "mask": Mask,
    "lookup": Lookup,
    "filter": Filter,
    "route": Route,
    "dedupe": Dedupe,
    "deadband": Deadband,
    "throttle": Throttle,
    "sample": Sample,
    "sort": Sort,
    "lag": Lag,
    "latest": Latest,
    "moving": Moving,
    "running": Running,
    "aggregate": Aggregate,
    "alert": Alert,
}

__all__ = [
    "STEPS",
    "Aggregate",
    "Alert",
    "Deadband",
    "Dedupe",
    "Drop",
    "Enrich",
    "Explode",
    "Filter",
    "Lag",
    "Latest",
    "Lookup",
    "Map",
    "Mask",
    "Moving",
    "Parse",
    "Route",
    "Running",
    "Sample",
    "Schematize",
    "Select",
    "Sort",
    "Throttle",
]
