"""Kinds of steps as written in a job: one module and one entry in `STEPS` each."""

from __future__ import annotations

from typing import Any

from edge_orch.spec.steps.aggregate import Aggregate
from edge_orch.spec.steps.alert import Alert
from edge_orch.spec.steps.columns import Drop, Enrich, Map, Select
from edge_orch.spec.steps.dedupe import Dedupe
from edge_orch.spec.steps.filter import Filter
from edge_orch.spec.steps.mask import Mask
from edge_orch.spec.steps.route import Route
from edge_orch.spec.steps.schematize import Schematize

STEPS: dict[str, Any] = {
    "schematize": Schematize,
    "enrich": Enrich,
    "map": Map,
    "select": Select,
    "drop": Drop,
    "mask": Mask,
    "filter": Filter,
    "route": Route,
    "dedupe": Dedupe,
    "aggregate": Aggregate,
    "alert": Alert,
}

__all__ = [
    "STEPS",
    "Aggregate",
    "Alert",
    "Dedupe",
    "Drop",
    "Enrich",
    "Filter",
    "Map",
    "Mask",
    "Route",
    "Schematize",
    "Select",
]
