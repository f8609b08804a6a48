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
from edge_orch.spec.steps.sample import Sample
from edge_orch.spec.steps.schematize import Schematize
from edge_orch.spec.steps.select import Select
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
    "lag": Lag,
    "latest": Latest,
    "moving": Moving,
    "aggregate": Aggregate,
    "alert": Alert,
}

ELSEWHERE = {
    **dict.fromkeys(("where", "when", "match"), "filter"),
    **dict.fromkeys(("parse", "decode", "json", "csv", "regex", "grok", "syslog", "logfmt"), "schematize"),
    **dict.fromkeys(("transform", "set", "rename", "compute", "mutate", "add_fields"), "map"),
    **dict.fromkeys(("project", "keep"), "select"),
    **dict.fromkeys(("remove", "delete"), "drop"),
    **dict.fromkeys(("window", "group_by", "groupby", "reduce"), "aggregate"),
    **dict.fromkeys(("switch", "split", "branch"), "route"),
    **dict.fromkeys(("flatten", "unnest", "unroll"), "explode"),
    **dict.fromkeys(("join", "enrichment_table"), "lookup"),
    **dict.fromkeys(("deduplicate", "distinct", "unique"), "dedupe"),
    **dict.fromkeys(("rate_limit", "limit"), "throttle"),
    **dict.fromkeys(("rbe", "on_change", "report_by_exception"), "deadband"),
    **dict.fromkeys(("notify", "alarm", "rule"), "alert"),
}
"""What other products call a step → what it is called here."""

__all__ = [
    "ELSEWHERE",
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
    "Sample",
    "Schematize",
    "Select",
    "Throttle",
]
